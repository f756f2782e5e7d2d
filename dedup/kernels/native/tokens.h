// Text to tokens, as in reference/tokens.py.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "arrays.h"

namespace dedup {

// The tables of folding.py, read only, as they were when a batch began.
struct FoldingTables {
    const bool *filled;      // by page of 256 code points: whether the tables below are right for it
    const uint8_t *role;     // by code point
    const uint32_t *offset;  // by code point: where its folded form begins in `data`
    const uint8_t *length;   // by code point: how many bytes that is
    const uint8_t *data;     // UTF-8
    std::size_t data_size;
};

enum Role : uint8_t { SEPARATOR, WORD, ALONE, EXTEND };

// Twice the words that tokens are, which is whole where one is half a word.
inline int64_t count_twice(const uint64_t *key, const uint64_t *end) {
    int64_t twice = 2 * (end - key);
    for (; key < end; ++key) twice -= static_cast<int64_t>(*key & 1);
    return twice;
}

// Where a tokenizer writes: columns that the caller provides, with room for `most_tokens`.
struct TokenColumns {
    uint64_t *keys;
    uint32_t *starts;  // null, as `ends`, where nobody asks for places
    uint32_t *ends;
};

// How many tokens documents of so many bytes have at most: words have a separator between them, or a letter that stands
// alone, and all of those letters take three bytes.
inline std::size_t most_tokens(std::size_t bytes, std::size_t documents) { return (bytes + documents) / 2 + 1; }

// The first byte from `at` on, or `end`, before which a document can be cut: no token goes on over it.
std::size_t find_cut(const uint8_t *text, std::size_t at, std::size_t end);

// Reads documents one after the other and appends their tokens to columns, with PLACES or without.
//
// Most text is ASCII: 64 bytes at a time become one bit each, letter or digit or not, and the places where the bits
// change are where tokens start and end. From the first wider character on one character after the other is read, until
// ASCII follows and no token goes on.
template <bool PLACES>
class Tokenizer {
public:
    Tokenizer(const uint8_t *text, std::size_t size, const FoldingTables &tables, const TokenColumns &columns);

    // Reads the document of bytes [begin, end).
    void read(std::size_t begin, std::size_t end);

    // Tokens so far.
    std::size_t count() const { return count_; }

    // How many of them are letters that stand alone, half a word each.
    std::size_t alone() const { return alone_; }

    // Code points, one a page, that the tables do not know yet; if there are any, the tokens are wrong.
    const std::vector<uint32_t> &missing() const { return missing_; }

private:
    static constexpr std::size_t BLOCK = 64;
    static constexpr std::size_t EDGES = 512;  // that wait for their keys: few enough to stay in the fastest cache

    struct Char {
        uint32_t point;
        uint32_t bytes;
    };

    std::size_t read_ascii(std::size_t at, std::size_t end);
    std::size_t read_wide(std::size_t at, std::size_t end);
    void write_ascii();
    void write(uint64_t key, std::size_t start, std::size_t end);
    Char decode(std::size_t at, std::size_t end) const;
    Role role(uint32_t point);
    void open(std::size_t at, Role role);
    void close(std::size_t at);
    void leave_ascii(std::size_t at);
    uint8_t *room();
    void append(uint32_t point);

    const uint8_t *text_;
    std::size_t size_;
    FoldingTables tables_;
    TokenColumns columns_;
    std::size_t count_ = 0;
    std::size_t alone_ = 0;
    std::size_t shift_ = 0;   // what to take from a byte's place to get its code point's, in the document
    Role open_ = SEPARATOR;   // role of the token that may go on
    bool ascii_ = true;       // whether that one is ASCII so far; if not, its folded form is in `folded_`
    std::size_t start_ = 0;   // its first code point, if it is not ASCII
    std::vector<uint8_t> folded_;  // longer than what is used of it, so that whole words can be read and written
    std::size_t folded_size_ = 0;
    // Bytes at which ASCII tokens start and end, in turn, that are not written yet; of an open one the start.
    std::array<std::size_t, EDGES + BLOCK + 8> edges_;
    std::size_t edge_count_ = 0;
    std::vector<uint32_t> missing_;
    std::bitset<0x110000 / 256> asked_;  // pages of these
};

// The tables as they come from Python; throws where they are not those of folding.py.
FoldingTables checked_tables(const In<bool> &filled, const In<uint8_t> &role, const In<uint32_t> &offset,
                             const In<uint8_t> &length, const In<uint8_t> &data);

}  // namespace dedup
