"""make bench-billing: renewals, kills, payments and checkouts in turn (docs/performance.md).

Each is a program of its own with more options: bench/daily.py, payments.py, checkouts.py.
"""

import argparse
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=COMMANDS, action="append", help="these alone")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    given = parser.parse_args()
    missed = [name for name in given.only or COMMANDS if not run(name, given.quick)]
    print(f"goals missed: {', '.join(missed) or 'none'}")
    return 1 if missed else 0


COMMANDS = {
    "daily": ("daily.py", {"--due": 10_000, "--stored": 50_000}),
    "kills": ("daily.py", {"--due": 2_000, "--stored": 10_000, "--kills": 200}),
    "payments": ("payments.py", {"--payments": 2_000}),
    "checkouts": ("checkouts.py", {"--checkouts": 500}),
}


def run(name: str, quick: bool) -> bool:
    program, sizes = COMMANDS[name]
    given = [f"{option}={size // 10 if quick else size}" for option, size in sizes.items()]
    print(f"-- {name}: {program} {' '.join(given)}", flush=True)
    return subprocess.run([sys.executable, str(FOLDER / program), *given]).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
