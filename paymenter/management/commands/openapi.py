from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "openapi.json"


class Command(BaseCommand):
    help = "Writes docs/openapi.json from the code; --check only says whether it is up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if stale")

    def handle(self, *args: Any, **options: Any) -> None:
        generator: Any = SchemaGenerator  # drf-spectacular has no types
        schema = generator().get_schema(request=None, public=True)
        check: Any = validate_schema
        check(schema)
        text = orjson.dumps(schema, option=orjson.OPT_INDENT_2) + b"\n"
        if not options["check"]:
            DOCUMENT.write_bytes(text)
            self.stdout.write(f"Wrote {DOCUMENT.relative_to(settings.BASE_DIR)}.")
        elif not DOCUMENT.exists() or DOCUMENT.read_bytes() != text:
            raise CommandError("docs/openapi.json is stale: run `make openapi`, look at the diff.")
