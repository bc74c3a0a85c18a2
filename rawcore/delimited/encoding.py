"""Turn delivered bytes into UTF-8, piece by piece: encodings, byte order marks, undecodable bytes.

Separators are searched after this step: in UTF-16 their bytes also occur across characters.
"""

from __future__ import annotations

import codecs
import re
from typing import Protocol, Self

from rawcore.errors import OddUtf16

HEAD_BYTES = 4096
"""Number of bytes (or the whole file) that decide the encoding."""

MARK = re.compile(rb"\xed[\xb0-\xb3][\x80-\xbf]")
"""An undecodable byte in the UTF-8 output: U+DC00 plus the byte, which valid text never has."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be"))
_ERRORS = "rawcore-mark"


class _Decode(Protocol):
    """A stateless decoder of `codecs`: it returns the text and the number of bytes used."""

    def __call__(self: Self, data: bytes, errors: str, final: bool, /) -> tuple[str, int]: ...


def _latin_1(data: bytes, errors: str, final: bool, /) -> tuple[str, int]:
    return codecs.latin_1_decode(data, errors)


_DECODERS: dict[str, _Decode] = {
    "utf-8": codecs.utf_8_decode,
    "utf-16le": codecs.utf_16_le_decode,
    "utf-16be": codecs.utf_16_be_decode,
    "latin-1": _latin_1,
}
ENCODINGS = ("auto", *_DECODERS)


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Replace undecodable bytes by marks, so that their row can be shown."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in bad), error.end


codecs.register_error(_ERRORS, _mark)


def detect(head: bytes, declared: str) -> tuple[str, int]:
    """Return the encoding of a file that starts with `head`, and the length of its byte order mark.

    A byte order mark wins over the declared encoding. Without one, `auto` looks at zero bytes: text
    has many of them only in UTF-16, on one side of each pair. A few zeros in valid UTF-8 are NULs.
    """
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding, len(bom)
    if declared != "auto":
        return declared, 0
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even == odd:
        return "utf-8", 0
    if 8 * (even + odd) < len(head):
        try:
            codecs.utf_8_decode(head, "strict", False)
        except UnicodeDecodeError:
            pass
        else:
            return "utf-8", 0
    return ("utf-16le" if odd > even else "utf-16be"), 0


class Utf8Stream:
    """An incremental decoder whose output is UTF-8.

    Undecodable bytes come out as `MARK`; `marked` is true if the last piece has any.
    """

    def __init__(self, declared: str) -> None:
        self.encoding: str | None = None
        self.marked = False
        self._declared = declared
        self._rest = b""

    def feed(self, piece: bytes, final: bool = False) -> bytes:
        """Return the text decoded so far. Raises OddUtf16 if the file ends inside a code unit."""
        self.marked = False
        data = self._rest + piece if self._rest else piece
        if self.encoding is None:
            if len(data) < HEAD_BYTES and not final:
                self._rest = data
                return b""
            self.encoding, bom = detect(data[:HEAD_BYTES], self._declared)
            data = data[bom:]
        if final and len(data) % 2 and self.encoding.startswith("utf-16"):
            raise OddUtf16(encoding=self.encoding)
        utf8, used = self._decode(self.encoding, data, final)
        self._rest = data[used:]
        return utf8

    def _decode(self, encoding: str, data: bytes, final: bool) -> tuple[bytes, int]:
        same = encoding == "utf-8"
        if same and data.isascii():
            return data, len(data)
        decode = _DECODERS[encoding]
        try:
            text, used = decode(data, "strict", final)
        except UnicodeDecodeError:
            self.marked = True
            text, used = decode(data, _ERRORS, final)
            return text.encode("utf-8", "surrogatepass"), used
        return (data[:used] if same else text.encode()), used


def visible(utf8: bytes) -> str:
    r"""Return text for a person: undecodable bytes as \xNN, NUL as \x00."""
    text = utf8.decode("utf-8", "surrogatepass").replace("\0", r"\x00")
    return re.sub("[\udc00-\udcff]", lambda mark: rf"\x{ord(mark[0]) - 0xDC00:02x}", text)
