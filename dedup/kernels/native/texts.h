// The folded words of documents, as in reference/texts.py.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "arrays.h"
#include "letters.h"

namespace dedup {

// Finds the words of a place in a document's text when they are asked for. Of a document that was asked for once it
// remembers where every 32nd token begins, and reads from there. Several threads may ask at a time.
class Texts {
public:
    // `buffers` hold the documents as UTF-8, those of each from one of its `bounds` to the next; `order` numbers them, as
    // they come one buffer after the other. `forms(text)` returns the folded forms of code points, those of a text that is
    // not ASCII included; it is called at most once a document and thread. `role`, `offset` and `length` are the tables
    // of folding.py, by code point.
    Texts(std::vector<In<uint8_t>> buffers, std::vector<In<int64_t>> bounds, In<int64_t> order, nb::object forms,
          In<int64_t> token_offsets, In<uint8_t> role, In<uint32_t> offset, In<uint8_t> length);
    ~Texts();
    Texts(const Texts &) = delete;
    Texts &operator=(const Texts &) = delete;

    // Appends the letters of the words at places [first, last) of one document, each word followed by WORD_END if so
    // asked. Throws where the places are not those of one document. The GIL may be held or not.
    void append(int64_t first, int64_t last, bool word_ends, Letters &letters) const;

    // Start, end, start byte, end byte, line, column, end line and end column of ranges of places, each within a document.
    std::vector<int64_t> locate(const In<int64_t> &first, const In<int64_t> &last) const;

private:
    struct Document;
    struct Cursor;
    struct Text;

    Text text(std::size_t number) const;
    std::size_t number_of(int64_t first, int64_t last) const;
    const Document &document(std::size_t number) const;
    std::unique_ptr<Document> load(std::size_t number) const;

    std::vector<In<uint8_t>> buffers_;
    std::vector<In<int64_t>> bounds_;
    std::vector<std::size_t> firsts_;  // the documents before each buffer
    In<int64_t> order_;
    nb::object forms_;
    In<int64_t> token_offsets_;
    In<uint8_t> role_;
    In<uint32_t> offset_;
    In<uint8_t> length_;
    mutable std::vector<std::atomic<const Document *>> documents_;
};

}  // namespace dedup
