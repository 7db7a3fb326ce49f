"""bench/kills.py in small: a worker that is killed loses no mail and doubles none that the server
had not taken."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_killed_worker_loses_nothing():
    command = [sys.executable, "bench/kills.py", "--kills", "5", "--mails", "250"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 kills, 250 mails: 250 arrived, 250 logged as sent" in done.stdout
