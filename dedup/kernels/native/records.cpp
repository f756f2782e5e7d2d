// Lines of JSON to the texts in them, as in reference/records.py.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "arrays.h"
#include "ascii.h"

namespace dedup {

namespace {

constexpr int DEEPEST = 64;
constexpr std::size_t MOST_DIGITS = 640;  // the least that Python can be told to refuse to make a number of

// What a string stands for, in UTF-8; a surrogate that stands alone is three bytes.
struct String {
    const uint8_t *data = nullptr;
    std::size_t size = 0;
    std::size_t characters = 0;  // code points

    bool operator==(std::string_view other) const {
        return size == other.size() && std::memcmp(data, other.data(), size) == 0;
    }
};

enum class Kind { NONE, STRING, NUMBER, OTHER };

struct Field {
    Kind kind = Kind::NONE;
    String value;  // of a number its digits
};

struct Record {
    bool good = false;
    Field text, id;
};

// A bit in the highest of each byte that a string does not simply copy, up to the first of them: quotation marks,
// backslashes, control characters and what is not ASCII. Bytes after the first may be wrong.
inline uint64_t special(uint64_t bytes) {
    const auto zero = [](uint64_t value) { return (value - each_byte(1)) & ~value; };
    const uint64_t control = (bytes - each_byte(0x20)) & ~bytes;
    return (bytes | control | zero(bytes ^ each_byte('"')) | zero(bytes ^ each_byte('\\'))) & each_byte(0x80);
}

inline bool is_digit(uint8_t byte) { return static_cast<uint8_t>(byte - '0') < 10; }

// Reads one line. Whatever is no JSON by the letter, or goes beyond what is understood here, ends with `good` unset.
class Reader {
public:
    // Strings are written to `room`, which needs as many bytes as the line has: nothing is longer than it was written.
    Reader(const uint8_t *at, const uint8_t *end, uint8_t *room, std::string_view text, std::string_view id)
        : at_(at), end_(end), room_(room), text_(text), id_(id) {}

    Record read() {
        Record record;
        if (!take('{')) return record;
        bool good = members([&](const String &name) {
            const bool is_text = name == text_, is_id = name == id_;
            Field field;
            if (!value(DEEPEST, is_text || is_id ? &field : nullptr)) return false;
            if (is_text) record.text = field;  // of several of one name the last one counts
            if (is_id) record.id = field;
            return true;
        });
        skip_space();
        record.good = good && at_ == end_ && record.text.kind == Kind::STRING && record.id.kind != Kind::OTHER;
        return record;
    }

private:
    bool take(char wanted) {
        if (at_ == end_ || *at_ != static_cast<uint8_t>(wanted)) return false;
        ++at_;
        return true;
    }

    bool take(std::string_view wanted) {
        if (static_cast<std::size_t>(end_ - at_) < wanted.size()) return false;
        if (std::memcmp(at_, wanted.data(), wanted.size()) != 0) return false;
        at_ += wanted.size();
        return true;
    }

    void skip_space() {
        while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
    }

    // Reads the members of an object behind its brace; `read_value` is called with the name before each value.
    template <typename ReadValue>
    bool members(ReadValue read_value) {
        skip_space();
        if (take('}')) return true;
        do {
            skip_space();
            String name;
            uint8_t *const before = room_;
            if (!take('"') || !string(name)) return false;
            skip_space();
            if (!take(':')) return false;
            skip_space();
            room_ = before + name.size;  // the value must not overwrite the name, which is compared first
            if (!read_value(name)) return false;
            skip_space();
        } while (take(','));
        return take('}');
    }

    // Reads a value that stands in containers up to `depth` deep; only what `field` is asked for is kept.
    bool value(int depth, Field *field) {
        if (at_ == end_ || depth == 0) return false;
        Field ignored;
        Field &result = field ? *field : ignored;
        uint8_t *const before = room_;
        result.kind = Kind::OTHER;
        bool good = false;
        switch (*at_) {
            case '"':
                ++at_;
                result.kind = Kind::STRING;
                good = string(result.value);
                break;
            case '{':
                ++at_;
                good = members([&](const String &) { return value(depth - 1, nullptr); });
                break;
            case '[': ++at_; good = elements(depth - 1); break;
            case 't': good = take("true"); break;
            case 'f': good = take("false"); break;
            case 'n':
                good = take("null");
                result.kind = Kind::NONE;
                break;
            default: good = number(result);
        }
        if (!field) room_ = before;
        return good;
    }

    bool elements(int depth) {
        skip_space();
        if (take(']')) return true;
        do {
            skip_space();
            if (!value(depth, nullptr)) return false;
            skip_space();
        } while (take(','));
        return take(']');
    }

    std::size_t digits() {
        const uint8_t *const begin = at_;
        while (at_ < end_ && is_digit(*at_)) ++at_;
        return static_cast<std::size_t>(at_ - begin);
    }

    bool number(Field &result) {
        const uint8_t *const begin = at_;
        const bool negative = take('-');
        const bool zero = at_ < end_ && *at_ == '0';
        const std::size_t count = digits();
        if (count == 0 || (zero && count > 1)) return false;
        bool whole = true;
        if (take('.')) {
            whole = false;
            if (!digits()) return false;
        }
        if (take('e') || take('E')) {
            whole = false;
            if (!take('-')) take('+');
            if (!digits()) return false;
        }
        if (!whole) return true;
        if (count > MOST_DIGITS) return false;
        const std::size_t size = static_cast<std::size_t>(at_ - begin);
        result.kind = Kind::NUMBER;
        result.value = {begin, size, size};
        return !(negative && zero);  // Python writes it without its sign
    }

    // Reads a string behind its opening quotation mark.
    bool string(String &result) {
        uint8_t *out = room_;
        std::size_t more = 0;  // bytes of characters beyond their first
        for (;;) {
            while (end_ - at_ >= 8) {
                const uint64_t bytes = load(at_);
                std::memcpy(out, at_, 8);
                const uint64_t found = special(bytes);
                const unsigned plain = found ? lowest_bit(found) / 8 : 8;
                at_ += plain;
                out += plain;
                if (found) break;
            }
            if (at_ == end_) return false;
            const uint8_t byte = *at_;
            if (byte == '"') break;
            if (byte < 0x20) return false;
            if (byte == '\\') {
                ++at_;
                if (!escape(out, more)) return false;
            } else if (byte < 0x80) {
                *out++ = byte;
                ++at_;
            } else if (!wide(out, more)) {
                return false;
            }
        }
        ++at_;
        const std::size_t size = static_cast<std::size_t>(out - room_);
        result = {room_, size, size - more};
        room_ = out;
        return true;
    }

    // Copies characters that are not ASCII, which must be UTF-8 by the letter (Unicode 15, table 3-7).
    bool wide(uint8_t *&out, std::size_t &more) {
        do {
            const uint8_t first = *at_;
            const std::size_t left = static_cast<std::size_t>(end_ - at_);
            const std::size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
            if (first < 0xC2 || first > 0xF4 || left < size) return false;
            const uint8_t least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
            const uint8_t most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
            if (at_[1] < least || at_[1] > most) return false;
            for (std::size_t i = 2; i < size; ++i) {
                if ((at_[i] & 0xC0) != 0x80) return false;
            }
            for (std::size_t i = 0; i < size; ++i) *out++ = at_[i];
            at_ += size;
            more += size - 1;
        } while (at_ < end_ && *at_ >= 0x80);
        return true;
    }

    // Reads an escape behind its backslash.
    bool escape(uint8_t *&out, std::size_t &more) {
        if (at_ == end_) return false;
        const uint8_t byte = *at_++;
        switch (byte) {
            case '"':
            case '\\':
            case '/': *out++ = byte; return true;
            case 'b': *out++ = '\b'; return true;
            case 'f': *out++ = '\f'; return true;
            case 'n': *out++ = '\n'; return true;
            case 'r': *out++ = '\r'; return true;
            case 't': *out++ = '\t'; return true;
            case 'u': break;
            default: return false;
        }
        uint32_t point = 0;
        if (!unit(point)) return false;
        if ((point & 0xFC00) == 0xD800 && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u') {
            const uint8_t *const before = at_;
            uint32_t low = 0;
            at_ += 2;
            if (!unit(low)) return false;
            if ((low & 0xFC00) == 0xDC00) {
                point = 0x10000 + ((point & 0x3FF) << 10 | (low & 0x3FF));
            } else {
                at_ = before;
            }
        }
        write(point, out, more);
        return true;
    }

    bool unit(uint32_t &result) {
        if (end_ - at_ < 4) return false;
        for (int i = 0; i < 4; ++i) {
            const uint8_t byte = *at_++;
            const uint8_t letter = static_cast<uint8_t>((byte | 0x20) - 'a');
            if (!is_digit(byte) && letter >= 6) return false;
            result = result << 4 | (is_digit(byte) ? byte - '0' : letter + 10u);
        }
        return true;
    }

    static void write(uint32_t point, uint8_t *&out, std::size_t &more) {
        const int tail = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
        constexpr uint8_t LEAD[] = {0x00, 0xC0, 0xE0, 0xF0};
        *out++ = static_cast<uint8_t>(LEAD[tail] | point >> 6 * tail);
        for (int i = tail; i-- > 0;) *out++ = static_cast<uint8_t>(0x80 | (point >> 6 * i & 0x3F));
        more += static_cast<std::size_t>(tail);
    }

    const uint8_t *at_;
    const uint8_t *end_;
    uint8_t *room_;
    std::string_view text_, id_;
};

nb::tuple read_records(nb::bytes lines, nb::bytes text_field, nb::bytes id_field) {
    const auto *const begin = reinterpret_cast<const uint8_t *>(lines.c_str());
    const std::size_t size = lines.size();
    const std::string_view text(text_field.c_str(), text_field.size()), id(id_field.c_str(), id_field.size());
    Column<uint8_t> room = make_column<uint8_t>(size);  // no text is longer than it was written
    std::vector<uint8_t> names;
    std::vector<int64_t> text_offsets{0}, name_offsets{0}, characters, lines_with, ends;
    std::vector<uint8_t> named;
    uint8_t *left = room.get();
    {
        nb::gil_scoped_release released;
        for (std::size_t at = 0; at < size;) {
            const void *found = std::memchr(begin + at, '\n', size - at);
            const std::size_t end = found ? static_cast<std::size_t>(static_cast<const uint8_t *>(found) - begin) : size;
            const Record record = Reader(begin + at, begin + end, left, text, id).read();
            if (record.good) {
                const String &name = record.id.value, &own = record.text.value;
                named.push_back(record.id.kind != Kind::NONE);
                if (named.back()) names.insert(names.end(), name.data, name.data + name.size);
                name_offsets.push_back(static_cast<int64_t>(names.size()));
                if (own.size) std::memmove(left, own.data, own.size);  // texts lie one after the other
                left += own.size;
                text_offsets.push_back(left - room.get());
                characters.push_back(static_cast<int64_t>(own.characters));
                lines_with.push_back(static_cast<int64_t>(ends.size()));
            }
            at = end + (found ? 1 : 0);
            ends.push_back(static_cast<int64_t>(at));
        }
        // These are kept as long as the texts are.
        names.shrink_to_fit();
        for (auto *column : {&text_offsets, &name_offsets, &characters}) column->shrink_to_fit();
    }
    const std::size_t kept = static_cast<std::size_t>(left - room.get());
    return nb::make_tuple(hand_over(std::move(room), kept), hand_over(std::move(text_offsets)),
                          hand_over(std::move(names)), hand_over(std::move(name_offsets)), hand_over(std::move(named)),
                          hand_over(std::move(characters)), hand_over(std::move(lines_with)), hand_over(std::move(ends)));
}

}  // namespace

void bind_records(nb::module_ &module) {
    module.def("read_records", &read_records, nb::arg("lines"), nb::arg("text_field"), nb::arg("id_field"));
}

}  // namespace dedup
