#include "tokens.h"

#include <algorithm>
#include <cstring>

#include "arrays.h"
#include "ascii.h"
#include "hashing.h"

namespace dedup {

namespace {

constexpr uint64_t WORD_STEP = 0x9E3779B97F4A7C15ull;
constexpr uint64_t WORD_MULTIPLIER = 0xD6E8FEB86659FD93ull;
constexpr uint64_t LENGTH_MULTIPLIER = 0xA0761D6478BD642Full;

constexpr uint32_t NO_POINT = 0xFFFFFFFFu;
constexpr uint32_t POINTS = 0x110000;
constexpr uint32_t PAGE = 256;

inline uint64_t load_some(const uint8_t *bytes, std::size_t count) {
    uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value |= static_cast<uint64_t>(bytes[i]) << 8 * i;
    return value;
}

// The hash of `length` bytes, each or-ed with those of `also`; `left` bytes may be read.
inline uint64_t hash_bytes(const uint8_t *bytes, std::size_t length, std::size_t left, uint64_t also) {
    const auto word = [=](std::size_t from) -> uint64_t {
        const std::size_t count = std::min<std::size_t>(length - from, 8);
        if (left - from < 8) return load_some(bytes + from, count) | (also & ~(~0ull << 8 * count));
        if (count == 0) return 0;
        return (load(bytes + from) | also) & (~0ull >> (64 - 8 * count));
    };
    uint64_t sum = word(0) * WORD_MULTIPLIER;
    sum ^= sum >> 32;
    sum += length * LENGTH_MULTIPLIER;
    uint64_t place = WORD_STEP;
    for (std::size_t from = 8; from < length; from += 8, place += WORD_STEP) sum += mix64(word(from) ^ place);
    return mix64(sum) & ~1ull;
}

// Writes the places of the bits, counted from `at`, and returns how many there are; up to seven more may be overwritten.
// Eight at a time: a loop that ends after any number of rounds is one whose end no processor foretells.
inline std::size_t write_places(uint64_t bits, std::size_t at, std::size_t *places) {
    const std::size_t count = count_bits(bits);
    for (std::size_t i = 0; i < count; i += 8) {
        for (std::size_t k = 0; k < 8; ++k, bits &= bits - 1) places[i + k] = at + lowest_bit(bits | 1ull << 63);
    }
    return count;
}

inline bool is_word(uint8_t byte) {
    return static_cast<uint8_t>((byte | 0x20) - 'a') < 26 || static_cast<uint8_t>(byte - '0') < 10;
}

}  // namespace

std::size_t find_cut(const uint8_t *text, std::size_t at, std::size_t end) {
    while (at < end && (text[at] >= 0x80 || is_word(text[at]))) ++at;
    return std::min(at, end);
}

template <bool PLACES>
Tokenizer<PLACES>::Tokenizer(const uint8_t *text, std::size_t size, const FoldingTables &tables,
                             const TokenColumns &columns)
    : text_(text), size_(size), tables_(tables), columns_(columns) {}

template <bool PLACES>
void Tokenizer<PLACES>::read(std::size_t begin, std::size_t end) {
    shift_ = begin;
    for (std::size_t at = begin; at < end;) {
        at = read_ascii(at, end);
        if (at < end) at = read_wide(at, end);
    }
    close(end);
}

template <bool PLACES>
inline void Tokenizer<PLACES>::write(uint64_t key, std::size_t start, std::size_t end) {
    columns_.keys[count_] = key;
    if constexpr (PLACES) {
        columns_.starts[count_] = static_cast<uint32_t>(start);
        columns_.ends[count_] = static_cast<uint32_t>(end);
    }
    ++count_;
}

// Writes the ASCII tokens that are closed. The bytes from their start on must have no code points but of one byte.
template <bool PLACES>
void Tokenizer<PLACES>::write_ascii() {
    std::size_t done = 0;
    for (; done + 2 <= edge_count_; done += 2) {
        const std::size_t begin = edges_[done], end = edges_[done + 1];
        write(hash_bytes(text_ + begin, end - begin, size_ - begin, LOWER), begin - shift_, end - shift_);
    }
    if (done < edge_count_) edges_[0] = edges_[done];
    edge_count_ -= done;
}

// Reads up to the first character that is not ASCII. No token is open before; one may be after.
template <bool PLACES>
std::size_t Tokenizer<PLACES>::read_ascii(std::size_t at, std::size_t end) {
    uint64_t inside = 0;
    uint64_t wide = 0;
    while (at < end && !wide) {
        const std::size_t width = std::min(end - at, BLOCK);
        const Classes classes = classify(text_ + at, size_ - at);
        wide = classes.wide & (~0ull >> (BLOCK - width));
        const std::size_t length = wide ? lowest_bit(wide) : width;
        if (length == 0) break;
        const uint64_t read = ~0ull >> (BLOCK - length);
        const uint64_t word = classes.word & read;
        const uint64_t edges = (word ^ (word << 1 | inside)) & read;
        edge_count_ += write_places(edges, at, edges_.data() + edge_count_);
        inside = word >> (length - 1);
        at += length;
        if (edge_count_ >= EDGES) write_ascii();
    }
    write_ascii();
    open_ = inside ? WORD : SEPARATOR;
    ascii_ = true;
    return at;
}

// What is no valid UTF-8 has no code point and so separates; nothing beyond the document's end is read.
template <bool PLACES>
inline typename Tokenizer<PLACES>::Char Tokenizer<PLACES>::decode(std::size_t at, std::size_t end) const {
    const uint8_t *bytes = text_ + at;
    const std::size_t left = end - at;
    const auto more = [=](std::size_t i) { return static_cast<uint32_t>(bytes[i] ^ 0x80); };  // six bits, if it is valid
    const uint32_t first = bytes[0];
    if (first < 0xC0 || left < 2 || more(1) > 0x3F) return {NO_POINT, 1};
    if (first < 0xE0) return {(first & 0x1F) << 6 | more(1), 2};
    if (left < 3 || more(2) > 0x3F) return {NO_POINT, 1};
    if (first < 0xF0) return {(first & 0x0F) << 12 | more(1) << 6 | more(2), 3};
    if (left < 4 || more(3) > 0x3F) return {NO_POINT, 1};
    const uint32_t point = (first & 0x0F) << 18 | more(1) << 12 | more(2) << 6 | more(3);
    return {point < POINTS ? point : NO_POINT, 4};
}

template <bool PLACES>
inline Role Tokenizer<PLACES>::role(uint32_t point) {
    if (point == NO_POINT) return SEPARATOR;
    if (tables_.filled[point / PAGE]) return static_cast<Role>(tables_.role[point]);
    if (asked_[point / PAGE]) return SEPARATOR;
    asked_[point / PAGE] = true;
    missing_.push_back(point);
    return SEPARATOR;
}

// The token that goes on has a wider character now: what is read of it is kept in its folded form.
template <bool PLACES>
void Tokenizer<PLACES>::leave_ascii(std::size_t at) {
    if (!ascii_) return;
    ascii_ = false;
    start_ = edges_[0] - shift_;
    edge_count_ = 0;
    folded_size_ = 0;
    for (std::size_t i = edges_[0]; i < at; ++i, ++folded_size_) *room() = text_[i] | 0x20;
}

// Where the folded form goes on, with room for what any code point folds to and a word more.
template <bool PLACES>
inline uint8_t *Tokenizer<PLACES>::room() {
    if (folded_.size() - folded_size_ < 2 * PAGE) folded_.resize(2 * folded_.size() + 2 * PAGE);
    return folded_.data() + folded_size_;
}

template <bool PLACES>
inline void Tokenizer<PLACES>::append(uint32_t point) {
    const std::size_t from = tables_.offset[point];
    const std::size_t length = tables_.length[point];
    // Copying a whole word is faster than copying one to three bytes.
    const std::size_t copied = length <= 8 && tables_.data_size - from >= 8 ? 8 : length;
    if (copied == 8) {
        std::memcpy(room(), tables_.data + from, 8);
    } else {
        std::copy_n(tables_.data + from, copied, room());
    }
    folded_size_ += length;
}

template <bool PLACES>
void Tokenizer<PLACES>::open(std::size_t at, Role part) {
    start_ = at - shift_;
    open_ = part;
    ascii_ = false;
    folded_size_ = 0;
}

template <bool PLACES>
void Tokenizer<PLACES>::close(std::size_t at) {
    if (open_ == SEPARATOR) return;
    if (ascii_) {
        edges_[edge_count_++] = at;
        write_ascii();
    } else {
        const bool alone = open_ == ALONE;
        write(hash_bytes(folded_.data(), folded_size_, folded_.size(), 0) | alone, start_, at - shift_);
        alone_ += alone;
    }
    open_ = SEPARATOR;
}

// Reads from a wider character on, until ASCII follows that does not continue a token. No token is open after.
template <bool PLACES>
std::size_t Tokenizer<PLACES>::read_wide(std::size_t at, std::size_t end) {
    while (at < end) {
        const uint8_t byte = text_[at];
        if (byte < 0x80) {
            if (open_ != WORD || !is_word(byte)) break;
            *room() = byte | 0x20;
            ++folded_size_;
            ++at;
            continue;
        }
        const Char next = decode(at, end);
        const Role part = role(next.point);
        if (open_ != SEPARATOR && (part == EXTEND || (part == WORD && open_ == WORD))) {
            leave_ascii(at);
            append(next.point);
        } else {
            close(at);
            if (part == WORD || part == ALONE) {
                open(at, part);
                append(next.point);
            }
        }
        at += next.bytes;
        shift_ += next.bytes - (byte >= 0xC0);  // as many code points as bytes that begin one
    }
    close(at);
    return at;
}

template class Tokenizer<false>;
template class Tokenizer<true>;

FoldingTables checked_tables(const In<bool> &filled, const In<uint8_t> &role, const In<uint32_t> &offset,
                             const In<uint8_t> &length, const In<uint8_t> &data) {
    if (filled.size() != POINTS / PAGE || role.size() != POINTS || offset.size() != POINTS || length.size() != POINTS) {
        throw nb::value_error("the tables must be those of folding.py");
    }
    return {filled.data(), role.data(), offset.data(), length.data(), data.data(), data.size()};
}

namespace {

nb::tuple tokenize(In<uint8_t> buffer, In<int64_t> offsets, In<bool> filled, In<uint8_t> role, In<uint32_t> offset,
                   In<uint8_t> length, In<uint8_t> data) {
    check_offsets(offsets, buffer.size());
    const FoldingTables tables = checked_tables(filled, role, offset, length, data);
    const std::size_t documents = offsets.size() - 1;
    const std::size_t most = most_tokens(buffer.size(), documents);
    auto keys = make_column<uint64_t>(most);
    auto starts = make_column<uint32_t>(most);
    auto ends = make_column<uint32_t>(most);
    auto bounds = make_column<int64_t>(documents + 1);
    std::vector<uint32_t> missing;
    {
        nb::gil_scoped_release released;
        const int64_t *at = offsets.data();
        Tokenizer<true> tokenizer(buffer.data(), buffer.size(), tables, {keys.get(), starts.get(), ends.get()});
        bounds[0] = 0;
        for (std::size_t i = 0; i < documents; ++i) {
            tokenizer.read(at[i], at[i + 1]);
            bounds[i + 1] = static_cast<int64_t>(tokenizer.count());
        }
        missing = tokenizer.missing();
    }
    const std::size_t count = bounds[documents];
    return nb::make_tuple(hand_over(std::move(keys), count), hand_over(std::move(starts), count),
                          hand_over(std::move(ends), count), hand_over(std::move(bounds), documents + 1),
                          hand_over(std::move(missing)));
}

nb::tuple token_keys(In<uint8_t> buffer, In<int64_t> offsets, In<bool> filled, In<uint8_t> role, In<uint32_t> offset,
                     In<uint8_t> length, In<uint8_t> data) {
    check_offsets(offsets, buffer.size());
    const FoldingTables tables = checked_tables(filled, role, offset, length, data);
    const std::size_t documents = offsets.size() - 1;
    auto keys = make_column<uint64_t>(most_tokens(buffer.size(), documents));
    auto bounds = make_column<int64_t>(documents + 1);
    auto words = make_column<int64_t>(documents);
    std::vector<uint32_t> missing;
    {
        nb::gil_scoped_release released;
        const int64_t *at = offsets.data();
        Tokenizer<false> tokenizer(buffer.data(), buffer.size(), tables, {keys.get(), nullptr, nullptr});
        bounds[0] = 0;
        for (std::size_t i = 0; i < documents; ++i) {
            const std::size_t before = 2 * tokenizer.count() - tokenizer.alone();
            tokenizer.read(at[i], at[i + 1]);
            bounds[i + 1] = static_cast<int64_t>(tokenizer.count());
            words[i] = static_cast<int64_t>((2 * tokenizer.count() - tokenizer.alone() - before + 1) / 2);
        }
        missing = tokenizer.missing();
    }
    const std::size_t count = bounds[documents];
    return nb::make_tuple(hand_over(std::move(keys), count), hand_over(std::move(bounds), documents + 1),
                          hand_over(std::move(words), documents), hand_over(std::move(missing)));
}

// Counts twice the words of ranges that may overlap: tokens are gone through once, between the bounds of all of them.
void count_together(const uint64_t *keys, const std::vector<std::size_t> &chosen, const int64_t *first,
                    const int64_t *last, int64_t *result) {
    struct Bound {
        int64_t place, sign;  // 1 where a range ends, -1 where it begins
        std::size_t range;
    };
    std::vector<Bound> bounds;
    for (const std::size_t range : chosen) {
        bounds.push_back({first[range], -1, range});
        bounds.push_back({last[range], 1, range});
        result[range] = 0;
    }
    std::sort(bounds.begin(), bounds.end(), [](const Bound &a, const Bound &b) { return a.place < b.place; });
    int64_t total = 0, at = 0, open = 0;
    for (const Bound &bound : bounds) {
        if (open) total += count_twice(keys + at, keys + bound.place);
        at = bound.place;
        open -= bound.sign;
        result[bound.range] += bound.sign * total;
    }
}

Out<int64_t> twice_words(In<uint64_t> keys, In<int64_t> first, In<int64_t> last) {
    if (first.size() != last.size()) throw nb::value_error("arrays must be of one length");
    Column<int64_t> result = make_column<int64_t>(first.size());
    constexpr int64_t LONG = 256;  // tokens: shorter ranges are counted sooner than sorted
    std::vector<std::size_t> longer;
    {
        nb::gil_scoped_release released;
        for (std::size_t k = 0; k < first.size(); ++k) {
            const int64_t begin = first.data()[k], end = last.data()[k];
            if (begin < 0 || begin > end || end > static_cast<int64_t>(keys.size())) {
                throw nb::value_error("ranges must be places of the keys");
            }
            if (end - begin >= LONG) {
                longer.push_back(k);
            } else {
                result[k] = count_twice(keys.data() + begin, keys.data() + end);
            }
        }
        count_together(keys.data(), longer, first.data(), last.data(), result.get());
    }
    return hand_over(std::move(result), first.size());
}

}  // namespace

void bind_tokens(nb::module_ &module) {
    module.def("twice_words", &twice_words);
    module.def("tokenize", &tokenize, nb::arg("buffer"), nb::arg("offsets"), nb::arg("filled"), nb::arg("role"),
               nb::arg("offset"), nb::arg("length"), nb::arg("data"));
    module.def("token_keys", &token_keys, nb::arg("buffer"), nb::arg("offsets"), nb::arg("filled"), nb::arg("role"),
               nb::arg("offset"), nb::arg("length"), nb::arg("data"));
}

}  // namespace dedup
