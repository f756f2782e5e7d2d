#include "tokens.h"

#include <algorithm>
#include <cstring>

#include "arrays.h"
#include "hashing.h"

#if defined(_MSC_VER)
#include <intrin.h>
#endif
#if defined(__SSE2__) || defined(_M_X64)
#define DEDUP_SSE2
#include <emmintrin.h>
#endif

namespace dedup {

namespace {

constexpr uint64_t WORD_STEP = 0x9E3779B97F4A7C15ull;
constexpr uint64_t WORD_MULTIPLIER = 0xD6E8FEB86659FD93ull;
constexpr uint64_t LENGTH_MULTIPLIER = 0xA0761D6478BD642Full;

constexpr std::size_t BLOCK = 64;
constexpr uint32_t NO_POINT = 0xFFFFFFFFu;
constexpr uint32_t POINTS = 0x110000;
constexpr uint32_t PAGE = 256;

constexpr uint64_t each_byte(uint64_t value) { return value * 0x0101010101010101ull; }

// Setting this bit makes letters lower-case and leaves digits as they are.
constexpr uint64_t LOWER = each_byte(0x20);

// Compilers make one load of this.
inline uint64_t load(const uint8_t *bytes) {
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value |= static_cast<uint64_t>(bytes[i]) << 8 * i;
    return value;
}

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

inline unsigned lowest_bit(uint64_t bits) {
#if defined(_MSC_VER) && (defined(_M_X64) || defined(_M_ARM64))
    unsigned long place;
    _BitScanForward64(&place, bits);
    return place;
#elif defined(__GNUC__)
    return static_cast<unsigned>(__builtin_ctzll(bits));
#else
    unsigned place = 0;
    for (; !(bits & 1); bits >>= 1) ++place;
    return place;
#endif
}

struct Classes {
    uint64_t word = 0;  // a bit for each byte: ASCII letter or digit
    uint64_t wide = 0;  // not ASCII
};

#if defined(DEDUP_SSE2)

inline Classes classify(const uint8_t *bytes) {
    // Whether each byte is one of `count` values from `first` on.
    const auto within = [](__m128i value, char first, char count) {
        const __m128i from = _mm_sub_epi8(value, _mm_set1_epi8(first));
        return _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8(count - 1)), from);
    };
    Classes result;
    for (int i = 0; i < 4; ++i) {
        const __m128i value = _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes) + i);
        const __m128i letter = within(_mm_or_si128(value, _mm_set1_epi8(0x20)), 'a', 26);
        const __m128i word = _mm_or_si128(letter, within(value, '0', 10));
        result.word |= static_cast<uint64_t>(static_cast<uint16_t>(_mm_movemask_epi8(word))) << 16 * i;
        result.wide |= static_cast<uint64_t>(static_cast<uint16_t>(_mm_movemask_epi8(value))) << 16 * i;
    }
    return result;
}

#else

// The highest bit of each byte, in order.
inline uint64_t pack(uint64_t value) { return ((value & each_byte(0x80)) >> 7) * 0x0102040810204080ull >> 56; }

inline Classes classify(const uint8_t *bytes) {
    Classes result;
    for (int i = 0; i < 8; ++i) {
        const uint64_t value = load(bytes + 8 * i);
        const uint64_t low = value & each_byte(0x7F);
        const uint64_t lower = low | LOWER;
        // In each byte the sum reaches 0x80 where the byte is at least 'a', and more than 'z'; the same for digits.
        const uint64_t letter = (lower + each_byte(0x80 - 'a')) & ~(lower + each_byte(0x7F - 'z'));
        const uint64_t digit = (low + each_byte(0x80 - '0')) & ~(low + each_byte(0x7F - '9'));
        result.word |= pack((letter | digit) & ~value) << 8 * i;
        result.wide |= pack(value) << 8 * i;
    }
    return result;
}

#endif

inline bool is_word(uint8_t byte) {
    return static_cast<uint8_t>((byte | 0x20) - 'a') < 26 || static_cast<uint8_t>(byte - '0') < 10;
}

}  // namespace

Tokenizer::Tokenizer(const uint8_t *text, std::size_t size, const FoldingTables &tables, uint64_t *keys,
                     uint32_t *starts, uint32_t *ends)
    : text_(text), size_(size), tables_(tables), keys_(keys), starts_(starts), ends_(ends) {}

std::size_t Tokenizer::read(std::size_t begin, std::size_t end) {
    shift_ = begin;
    for (std::size_t at = begin; at < end;) {
        at = read_ascii(at, end);
        if (at < end) at = read_wide(at, end);
    }
    close(end);
    return count_;
}

void Tokenizer::hash() {
    for (; hashed_ < count_; ++hashed_) {
        const std::size_t begin = begin_bytes_[hashed_ % RING];
        keys_[hashed_] = hash_bytes(text_ + begin, end_bytes_[hashed_ % RING] - begin, size_ - begin, LOWER);
    }
}

// Reads up to the first character that is not ASCII. No token is open before; one may be after.
std::size_t Tokenizer::read_ascii(std::size_t at, std::size_t end) {
    std::size_t started = count_;
    uint64_t inside = 0;
    uint64_t wide = 0;
    while (at < end && !wide) {
        const std::size_t width = std::min(end - at, BLOCK);
        Classes classes;
        if (size_ - at >= BLOCK) {
            classes = classify(text_ + at);
        } else {
            uint8_t padded[BLOCK] = {};
            std::memcpy(padded, text_ + at, width);
            classes = classify(padded);
        }
        wide = classes.wide & (~0ull >> (BLOCK - width));
        const std::size_t length = wide ? lowest_bit(wide) : width;
        if (length == 0) break;
        const uint64_t read = ~0ull >> (BLOCK - length);
        const uint64_t word = classes.word & read;
        const uint64_t before = word << 1 | inside;
        const std::size_t shift = shift_;
        for (uint64_t bits = word & ~before; bits; bits &= bits - 1, ++started) {
            const std::size_t place = at + lowest_bit(bits);
            begin_bytes_[started % RING] = place;
            starts_[started] = static_cast<uint32_t>(place - shift);
        }
        for (uint64_t bits = before & ~word & read; bits; bits &= bits - 1, ++count_) {
            const std::size_t place = at + lowest_bit(bits);
            end_bytes_[count_ % RING] = place;
            ends_[count_] = static_cast<uint32_t>(place - shift);
        }
        inside = word >> (length - 1);
        at += length;
        if (count_ - hashed_ > RING / 2) hash();
    }
    open_ = inside ? WORD : SEPARATOR;
    ascii_ = true;
    return at;
}

// What is no valid UTF-8 has no code point and so separates; nothing beyond the document's end is read.
inline Tokenizer::Char Tokenizer::decode(std::size_t at, std::size_t end) const {
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

inline Role Tokenizer::role(uint32_t point) {
    if (point == NO_POINT) return SEPARATOR;
    if (tables_.filled[point / PAGE]) return static_cast<Role>(tables_.role[point]);
    if (asked_[point / PAGE]) return SEPARATOR;
    asked_[point / PAGE] = true;
    missing_.push_back(point);
    return SEPARATOR;
}

// The token that goes on has a wider character now: what is read of it is kept in its folded form.
void Tokenizer::leave_ascii(std::size_t at) {
    if (!ascii_) return;
    ascii_ = false;
    folded_size_ = 0;
    for (std::size_t i = begin_bytes_[count_ % RING]; i < at; ++i, ++folded_size_) *room() = text_[i] | 0x20;
}

// Where the folded form goes on, with room for what any code point folds to and a word more.
inline uint8_t *Tokenizer::room() {
    if (folded_.size() - folded_size_ < 2 * PAGE) folded_.resize(2 * folded_.size() + 2 * PAGE);
    return folded_.data() + folded_size_;
}

inline void Tokenizer::append(uint32_t point) {
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

void Tokenizer::open(std::size_t at, Role part) {
    starts_[count_] = static_cast<uint32_t>(at - shift_);
    open_ = part;
    ascii_ = false;
    folded_size_ = 0;
}

void Tokenizer::close(std::size_t at) {
    if (open_ == SEPARATOR) return;
    ends_[count_] = static_cast<uint32_t>(at - shift_);
    if (ascii_) {
        end_bytes_[count_ % RING] = at;
    } else {
        hash();
        keys_[count_] = hash_bytes(folded_.data(), folded_size_, folded_.size(), 0) | (open_ == ALONE);
        ++hashed_;
    }
    ++count_;
    open_ = SEPARATOR;
}

// Reads from a wider character on, until ASCII follows that does not continue a token. No token is open after.
std::size_t Tokenizer::read_wide(std::size_t at, std::size_t end) {
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

namespace {

nb::tuple tokenize(In<uint8_t> buffer, In<int64_t> offsets, In<bool> filled, In<uint8_t> role, In<uint32_t> offset,
                   In<uint8_t> length, In<uint8_t> data) {
    check_offsets(offsets, buffer.size());
    if (filled.size() != POINTS / PAGE || role.size() != POINTS || offset.size() != POINTS || length.size() != POINTS) {
        throw nb::value_error("the tables must be those of folding.py");
    }
    const FoldingTables tables = {filled.data(), role.data(), offset.data(), length.data(), data.data(), data.size()};
    const std::size_t documents = offsets.size() - 1;
    const std::size_t most = Tokenizer::most_tokens(buffer.size(), documents);
    auto keys = make_column<uint64_t>(most);
    auto starts = make_column<uint32_t>(most);
    auto ends = make_column<uint32_t>(most);
    auto bounds = make_column<int64_t>(documents + 1);
    std::vector<uint32_t> missing;
    {
        nb::gil_scoped_release released;
        const int64_t *at = offsets.data();
        Tokenizer tokenizer(buffer.data(), buffer.size(), tables, keys.get(), starts.get(), ends.get());
        bounds[0] = 0;
        for (std::size_t i = 0; i < documents; ++i) {
            bounds[i + 1] = static_cast<int64_t>(tokenizer.read(at[i], at[i + 1]));
        }
        tokenizer.hash();
        missing = tokenizer.missing();
    }
    const std::size_t count = bounds[documents];
    return nb::make_tuple(hand_over(std::move(keys), count), hand_over(std::move(starts), count),
                          hand_over(std::move(ends), count), hand_over(std::move(bounds), documents + 1),
                          hand_over(std::move(missing)));
}

}  // namespace

void bind_tokens(nb::module_ &module) {
    module.def("tokenize", &tokenize, nb::arg("buffer"), nb::arg("offsets"), nb::arg("filled"), nb::arg("role"),
               nb::arg("offset"), nb::arg("length"), nb::arg("data"));
}

}  // namespace dedup
