"""PHP's serialize and json_encode, for the values that Laravel stores: scalars and arrays."""

import json
import math
import re
from collections.abc import Mapping
from typing import NoReturn, TypeAlias

PhpValue: TypeAlias = "None | bool | int | float | str | list[PhpValue] | dict[int | str, PhpValue]"

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 128

SCALAR = re.compile(
    rb"N;|b:([01]);|i:([+-]?[0-9]{1,19});|d:([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?|-?INF|NAN);"
)
LENGTH = re.compile(rb"[sa]:([0-9]{1,10}):")
INTEGER_KEY = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)
SURROGATE = re.compile("[\ud800-\udfff]")
SHORT_NAMES = {b"O": "object", b"C": "object", b"E": "enum", b"R": "reference", b"r": "reference"}


class PhpFormatError(ValueError):
    """The text is not what PHP writes, or holds what we do not read (objects, references)."""


# -- serialize ---------------------------------------------------------------------------------


def unserialize(data: bytes) -> PhpValue:
    """Arrays with keys 0..n-1 become lists. Strings that are not UTF-8 keep their bytes as
    surrogate escapes, so that `serialize` gives them back."""
    if len(data) > MAX_BYTES:
        raise PhpFormatError(f"more than {MAX_BYTES} bytes")
    reader = _Reader(data)
    value = reader.value(depth=0)
    if reader.position != len(data):
        reader.refuse("more text after the value")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def value(self, depth: int) -> PhpValue:
        kind = self.data[self.position : self.position + 1]
        if kind == b"s":
            return self._string()
        if kind == b"a":
            return self._array(depth)
        return self._scalar(kind)

    def _scalar(self, kind: bytes) -> None | bool | int | float:
        found = SCALAR.match(self.data, self.position)
        if found is None:
            self.refuse(f"{SHORT_NAMES.get(kind, 'unknown value')} refused")
        self.position = found.end()
        boolean, integer, number = found.groups()
        if integer is not None:
            return int(integer)
        if number is not None:
            return self._float(number)
        return None if boolean is None else boolean == b"1"

    def _float(self, text: bytes) -> float:
        try:
            return float(text)
        except ValueError:
            self.refuse("unreadable number")

    def _length(self) -> int:
        found = LENGTH.match(self.data, self.position)
        if found is None:
            self.refuse("length expected")
        self.position = found.end()
        return int(found[1])

    def _string(self) -> str:
        length = self._length()
        start = self.position + 1
        end = start + length
        if self.data[self.position : start] != b'"' or self.data[end : end + 2] != b'";':
            self.refuse("string of another length")
        self.position = end + 2
        return self.data[start:end].decode("utf-8", "surrogateescape")

    def _array(self, depth: int) -> PhpValue:
        if depth >= MAX_DEPTH:
            self.refuse(f"nested more than {MAX_DEPTH} deep")
        count = self._length()
        self._expect(b"{")
        entries: dict[int | str, PhpValue] = {}
        for _ in range(count):
            key = self._key()
            entries[key] = self.value(depth + 1)
        self._expect(b"}")
        return list(entries.values()) if _is_list(entries) else entries

    def _key(self) -> int | str:
        key = self.value(MAX_DEPTH)
        if isinstance(key, bool) or not isinstance(key, int | str):
            self.refuse("array key is neither number nor text")
        return key

    def _expect(self, character: bytes) -> None:
        if self.data[self.position : self.position + 1] != character:
            self.refuse(f"{character.decode()} expected")
        self.position += 1

    def refuse(self, reason: str) -> NoReturn:
        raise PhpFormatError(f"{reason} at byte {self.position}")


def serialize(value: PhpValue) -> bytes:
    parts: list[bytes] = []
    _write(value, parts, 0)
    return b"".join(parts)


def _write(value: PhpValue, parts: list[bytes], depth: int) -> None:
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogateescape")
        parts += (b's:%d:"' % len(raw), raw, b'";')
    elif isinstance(value, list | dict):
        _write_array(_php_array(value), parts, depth)
    else:
        parts.append(_serialized_scalar(value))


def _write_array(entries: dict[int | str, PhpValue], parts: list[bytes], depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise PhpFormatError(f"nested more than {MAX_DEPTH} deep")
    parts.append(b"a:%d:{" % len(entries))
    for key, item in entries.items():
        _write(key, parts, depth)
        _write(item, parts, depth + 1)
    parts.append(b"}")


def _serialized_scalar(value: object) -> bytes:
    if value is None:
        return b"N;"
    if isinstance(value, bool):
        return b"b:%d;" % value
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return b"i:%d;" % value
    if isinstance(value, float):
        return b"d:%s;" % _float_text(value, exponent="E").encode()
    raise PhpFormatError(f"this {type(value).__name__} has no PHP form")


def _php_array(value: list[PhpValue] | dict[int | str, PhpValue]) -> dict[int | str, PhpValue]:
    """PHP turns keys like "5" into numbers."""
    if isinstance(value, list):
        return dict(enumerate(value))
    return {_php_key(key): item for key, item in value.items()}


def _php_key(key: int | str) -> int | str:
    return int(key) if isinstance(key, str) and INTEGER_KEY.fullmatch(key) else key


def _is_list(entries: Mapping[int | str, object]) -> bool:
    return all(key == index for index, key in enumerate(entries))


def _float_text(number: float, exponent: str) -> str:
    """PHP's shortest form (serialize_precision -1): 1, 0.1, 1.0E+25."""
    if not math.isfinite(number):
        return "NAN" if math.isnan(number) else "INF" if number > 0 else "-INF"
    mantissa, _, power = f"{number!r}e0".partition("e")
    digits, places = _digits(mantissa, int(power.partition("e")[0]))
    sign = "-" if math.copysign(1, number) < 0 else ""
    if -4 < places <= 17:
        return sign + _plain(digits, places)
    return f"{sign}{digits[0]}.{digits[1:] or '0'}{exponent}{places - 1:+d}"


def _digits(mantissa: str, power: int) -> tuple[str, int]:
    """Significant digits, and how many of them stand before the point."""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = (whole + fraction).lstrip("0")
    places = len(whole) + power - (len(whole + fraction) - len(digits))
    return digits.rstrip("0") or "0", places if digits else 1


def _plain(digits: str, places: int) -> str:
    if places <= 0:
        return f"0.{'0' * -places}{digits}"
    whole, fraction = digits[:places].ljust(places, "0"), digits[places:]
    return f"{whole}.{fraction}" if fraction else whole


# -- JSON --------------------------------------------------------------------------------------


def json_encode(value: PhpValue) -> str:
    """PHP's default flags: `/` and all but ASCII escaped, no blanks, an empty array is []."""
    return _json(value, 0)


def _json(value: PhpValue, depth: int) -> str:
    if isinstance(value, str):
        return _json_string(value)
    if isinstance(value, list | dict):
        return _json_array(_php_array(value), depth + 1)
    return _json_scalar(value)


def _json_array(entries: dict[int | str, PhpValue], depth: int) -> str:
    if depth > MAX_DEPTH:
        raise PhpFormatError(f"nested more than {MAX_DEPTH} deep")
    if _is_list(entries):
        return f"[{','.join([_json(item, depth) for item in entries.values()])}]"
    pairs = [f"{_json_string(str(key))}:{_json(item, depth)}" for key, item in entries.items()]
    return f"{{{','.join(pairs)}}}"


def _json_scalar(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return _float_text(value, exponent="e")
    raise PhpFormatError(f"{type(value).__name__} has no JSON form")


def _json_string(text: str) -> str:
    if not text.isascii() and SURROGATE.search(text):
        raise PhpFormatError("text is not UTF-8")
    escaped = json.dumps(text).replace("/", "\\/")
    if "\x7f" in text:  # the one ASCII character that Python escapes and PHP does not
        escaped = "\x7f".join(json.dumps(part)[1:-1] for part in text.split("\x7f"))
        return '"' + escaped.replace("/", "\\/") + '"'
    return escaped


def json_decode(text: str | bytes) -> PhpValue:
    """Objects become dicts. Where PHP's json_decode answers null for bad text, this raises."""
    try:
        value: PhpValue = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise PhpFormatError(f"not JSON: {error}") from None
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
