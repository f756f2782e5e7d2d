// Text to tokens, as in reference/tokens.py.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <vector>

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

// Reads documents one after the other and appends their tokens to three columns, which the caller provides.
//
// Most text is ASCII: 64 bytes at a time become one bit each, letter or digit or not, and the places where the bits
// change are where tokens start and end. From the first wider character on one character after the other is read, until
// ASCII follows and no token goes on.
class Tokenizer {
public:
    Tokenizer(const uint8_t *text, std::size_t size, const FoldingTables &tables, uint64_t *keys, uint32_t *starts,
              uint32_t *ends);

    // How many tokens documents of so many bytes have at most: words have a separator between them, or a letter that
    // stands alone, and all of those letters take three bytes.
    static std::size_t most_tokens(std::size_t bytes, std::size_t documents) { return (bytes + documents) / 2 + 1; }

    // Reads the document of bytes [begin, end) and returns the number of tokens so far.
    std::size_t read(std::size_t begin, std::size_t end);

    // Sets the keys that are not set yet.
    void hash();

    // Code points, one a page, that the tables do not know yet; if there are any, the tokens are wrong.
    const std::vector<uint32_t> &missing() const { return missing_; }

private:
    static constexpr std::size_t RING = 2048;

    struct Char {
        uint32_t point;
        uint32_t bytes;
    };

    std::size_t read_ascii(std::size_t at, std::size_t end);
    std::size_t read_wide(std::size_t at, std::size_t end);
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
    uint64_t *keys_;
    uint32_t *starts_;
    uint32_t *ends_;
    std::size_t count_ = 0;   // tokens that are closed
    std::size_t hashed_ = 0;  // of these, how many have their keys
    std::size_t shift_ = 0;   // what to take from a byte's place to get its code point's, in the document
    Role open_ = SEPARATOR;   // role of the token that may go on
    bool ascii_ = true;       // whether that one is ASCII so far; if not, its folded form is in `folded_`
    std::vector<uint8_t> folded_;  // longer than what is used of it, so that whole words can be read and written
    std::size_t folded_size_ = 0;
    std::array<std::size_t, RING> begin_bytes_, end_bytes_;  // of ASCII tokens not hashed yet: index modulo RING
    std::vector<uint32_t> missing_;
    std::bitset<0x110000 / 256> asked_;  // pages of these
};

}  // namespace dedup
