"""Decoding: which bytes are text, and at which byte the others stop being it."""

import codecs
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.config import Config
from dedup.errors import InputError
from dedup.model import Document
from dedup.readers import text

MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(TEXTS, st.sampled_from(sorted(MARKS)))
def test_a_marked_text_comes_back(content, encoding):
    assert text.decode(MARKS[encoding] + content.encode(encoding), None) == content


@given(TEXTS, st.sampled_from([None, "latin-1", "utf-16"]))
def test_utf8_comes_back_whatever_the_fallback(content, fallback):
    data = content.encode()
    # A leading U+FEFF is a byte order mark.
    assert text.decode(data, fallback) == content.removeprefix("\ufeff")


@given(st.binary(), st.sampled_from([None, "latin-1", "cp1252", "utf-16", "idna", "shift_jis"]))
def test_bytes_are_text_or_refused_with_a_reason(data, fallback):
    try:
        content = text.decode(data, fallback)
    except InputError as error:
        assert str(error).startswith("not ")
    else:
        assert b"\0" not in data or text.is_wide(data)
        if fallback is None and not text.is_wide(data):
            assert content.encode() == data.removeprefix(codecs.BOM_UTF8)


@pytest.mark.parametrize("data", ["a\r\nb\rc\n\u2028d\x0b\x0c\x1a", "\r\n", "\n\n\n"])
@pytest.mark.parametrize("encoding", sorted(MARKS))
def test_line_ends_and_controls_stay(data, encoding):
    assert text.decode(MARKS[encoding] + data.encode(encoding), None) == data


def test_offsets_count_from_behind_the_mark_and_only_one_mark_goes():
    assert text.decode(b"\xef\xbb\xbf\xef\xbb\xbfab", None) == "\ufeffab"
    assert text.decode(b"ab\xef\xbb\xbf", None) == "ab\ufeff"


@pytest.mark.parametrize("data", [b"", *MARKS.values()])
def test_nothing_is_an_empty_text(data):
    assert text.decode(data, None) == ""


@pytest.mark.parametrize(
    ("data", "fallback", "reason"),
    [
        (b"a caf\xe9 here", None, "not UTF-8: byte 0xE9 at offset 5 (line 1); set fallback-encoding to read it"),
        (b"a\r\n\xc3\xa9\nb\xff", None, "not UTF-8: byte 0xFF at offset 7 (line 3); set fallback-encoding to read it"),
        (b"cut \xe2\x82", None, "not UTF-8: byte 0xE2 at offset 4 (line 1); set fallback-encoding to read it"),
        (b"\xed\xa0\x80", None, "not UTF-8: byte 0xED at offset 0 (line 1); set fallback-encoding to read it"),
        (
            b"caf\xe9\n\x81",
            "cp1252",
            "not UTF-8: byte 0xE9 at offset 3 (line 1); nor cp1252: byte 0x81 at offset 5 (line 2)",
        ),
        (
            b"\xef\xbb\xbfa\n\xe9",
            "latin-1",
            "not UTF-8, which its byte order mark promises: byte 0xE9 at offset 5 (line 2)",
        ),
        (
            b"\xff\xfea\0\n\0\x00\xd8b\0",
            "latin-1",
            "not UTF-16, which its byte order mark promises: byte 0x00 at offset 6 (line 2)",
        ),
        (b"\xfe\xff\0a\0", None, "not UTF-16, which its byte order mark promises: byte 0x00 at offset 4 (line 1)"),
        (
            b"\0\0\xfe\xff\0\x11\0\0",
            None,
            "not UTF-32, which its byte order mark promises: byte 0x00 at offset 4 (line 1)",
        ),
        (b"text\0more", None, "not text: NUL byte at 4"),
        (b"text\xff\0", "latin-1", "not text: NUL byte at 5"),
        (b"\xef\xbb\xbf\0", None, "not text: NUL byte at 3"),
        (b"\xff\xfea\0\0\0", None, "not text: NUL character at 1"),
    ],
)
def test_the_reason_names_byte_offset_and_line(data, fallback, reason):
    with pytest.raises(InputError) as error:
        text.decode(data, fallback)
    assert str(error.value) == reason


def test_the_fallback_reads_what_is_not_utf8():
    assert text.decode(b"caf\xe9\r\n", "latin-1") == "café\r\n"
    assert text.decode("日本".encode("shift_jis"), "shift_jis") == "日本"
    assert text.decode("café".encode(), "latin-1") == "café"


class Counting(io.BytesIO):
    """A stream that counts what is read of it."""

    taken = 0

    def read(self, size=-1):
        data = super().read(size)
        self.taken += len(data)
        return data


def test_a_large_binary_file_is_refused_from_its_head():
    stream = Counting(b"\x7fELF\0" + b"x" * 1_000_000)
    with pytest.raises(InputError, match="not text: NUL byte at 4"):
        list(text.read(stream, "a.bin", Config()))
    assert stream.taken == text.HEAD


def test_a_nul_behind_the_head_is_found_too():
    stream = io.BytesIO(b"x" * 100_000 + b"\0")
    with pytest.raises(InputError, match="not text: NUL byte at 100000"):
        list(text.read(stream, "a.bin", Config()))


@pytest.mark.parametrize("shift", range(4))
def test_a_character_across_the_head_is_whole(shift):
    content = "x" * (text.HEAD - shift) + "😀" * 3
    assert list(text.read(io.BytesIO(content.encode()), "a", Config())) == [(0, Document("a", content))]
