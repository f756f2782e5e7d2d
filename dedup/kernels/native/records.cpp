// Records of JSONL that have no surprises: what needs no second look is read here, anything else is left to Python's json.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "arrays.h"

namespace dedup {

namespace {

// What is beyond is left to json, which has limits of its own.
constexpr int DEEPEST = 64;
constexpr std::size_t MOST_DIGITS = 1000;

constexpr uint64_t each_byte(uint64_t value) { return value * 0x0101010101010101ull; }

// Whether a byte of a string needs a look: it ends the string, begins an escape, or may not stand there.
inline bool is_special(uint8_t byte) { return byte == '"' || byte == '\\' || byte < 0x20; }

inline bool any_special(const char *bytes) {
    uint64_t value;
    std::memcpy(&value, bytes, sizeof value);
    // In the lowest byte that is less than `limit` the sum borrows; only bytes above it may be wrong.
    const auto less = [](uint64_t each, uint64_t limit) { return (each - each_byte(limit)) & ~each; };
    const uint64_t found =
        less(value, 0x20) | less(value ^ each_byte('"'), 1) | less(value ^ each_byte('\\'), 1);
    return found & each_byte(0x80);
}

// Reads one line. Every function returns false where the line is to be left to json.
class Record {
public:
    Record(std::string_view line, std::string_view text_field, std::string_view id_field)
        : at_(line.data()), end_(line.data() + line.size()), text_field_(text_field), id_field_(id_field) {}

    bool read() {
        if (text_field_ == id_field_) return false;
        skip_space();
        if (!next_is('{')) return false;
        skip_space();
        if (next_is('}')) return false;  // no text
        do {
            skip_space();
            std::string_view name;
            if (!read_plain(name) || !valid(name)) return false;
            skip_space();
            if (!next_is(':')) return false;
            skip_space();
            // Of members of one name the last counts.
            if (!(name == text_field_ ? read_string(text_) : name == id_field_ ? read_id() : skip_value(0))) return false;
            skip_space();
        } while (next_is(','));
        if (!next_is('}')) return false;
        skip_space();
        return at_ == end_ && text_.is_valid();
    }

    nb::object text() const { return text_; }
    nb::object id() const { return id_; }

private:
    void skip_space() {
        while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
    }

    bool next_is(char expected) {
        if (at_ == end_ || *at_ != expected) return false;
        ++at_;
        return true;
    }

    bool next_is(std::string_view expected) {
        if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, expected.size()) != expected) return false;
        at_ += expected.size();
        return true;
    }

    // Goes to the next special byte; false where the line ends before.
    bool skip_to_special() {
        while (end_ - at_ >= 8 && !any_special(at_)) at_ += 8;
        while (at_ < end_ && !is_special(static_cast<uint8_t>(*at_))) ++at_;
        return at_ < end_;
    }

    // Reads a string without escapes.
    bool read_plain(std::string_view &result) {
        if (!next_is('"')) return false;
        const char *begin = at_;
        if (!skip_to_special() || *at_ != '"') return false;
        result = std::string_view(begin, static_cast<std::size_t>(at_++ - begin));
        return true;
    }

    bool read_string(nb::object &result) {
        if (!next_is('"')) return false;
        const char *begin = at_;
        if (!skip_to_special()) return false;
        if (*at_ == '"') return decode(std::string_view(begin, static_cast<std::size_t>(at_++ - begin)), result);
        std::string unescaped;
        unescaped.reserve(static_cast<std::size_t>(end_ - begin));
        while (*at_ != '"') {
            unescaped.append(begin, at_);
            if (!read_escape(unescaped)) return false;
            begin = at_;
            if (!skip_to_special()) return false;
        }
        unescaped.append(begin, at_++);
        return decode(unescaped, result);
    }

    bool read_escape(std::string &result) {
        if (!next_is('\\') || at_ == end_) return false;
        switch (*at_++) {
            case '"': result += '"'; return true;
            case '\\': result += '\\'; return true;
            case '/': result += '/'; return true;
            case 'b': result += '\b'; return true;
            case 'f': result += '\f'; return true;
            case 'n': result += '\n'; return true;
            case 'r': result += '\r'; return true;
            case 't': result += '\t'; return true;
            case 'u': break;
            default: return false;
        }
        uint32_t point = 0, low = 0;
        if (!read_unit(point)) return false;
        if (point >= 0xD800 && point < 0xE000) {  // half a character; what stands alone is left to json
            if (point >= 0xDC00 || !next_is("\\u") || !read_unit(low) || low < 0xDC00 || low >= 0xE000) return false;
            point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        }
        append_utf8(point, result);
        return true;
    }

    bool read_unit(uint32_t &result) {
        if (end_ - at_ < 4) return false;
        for (int i = 0; i < 4; ++i) {
            const char digit = *at_++;
            const char lower = digit | 0x20;
            if (digit >= '0' && digit <= '9') {
                result = result << 4 | static_cast<uint32_t>(digit - '0');
            } else if (lower >= 'a' && lower <= 'f') {
                result = result << 4 | static_cast<uint32_t>(lower - 'a' + 10);
            } else {
                return false;
            }
        }
        return true;
    }

    static void append_utf8(uint32_t point, std::string &result) {
        const auto add = [&](uint32_t byte) { result += static_cast<char>(byte); };
        const auto more = [&](int shift) { add(0x80 | (point >> shift & 0x3F)); };
        if (point < 0x80) return add(point);
        if (point < 0x800) {
            add(0xC0 | point >> 6);
        } else if (point < 0x10000) {
            add(0xE0 | point >> 12);
            more(6);
        } else {
            add(0xF0 | point >> 18);
            more(12);
            more(6);
        }
        more(0);
    }

    static bool decode(std::string_view bytes, nb::object &result) {
        PyObject *decoded = PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), nullptr);
        if (!decoded) PyErr_Clear();
        result = nb::steal(decoded);
        return decoded;
    }

    static bool valid(std::string_view bytes) {
        for (const char byte : bytes) {
            nb::object unused;
            if (static_cast<uint8_t>(byte) >= 0x80) return decode(bytes, unused);
        }
        return true;
    }

    bool read_id() {
        if (next_is("null")) {
            id_ = nb::none();
            return true;
        }
        if (at_ < end_ && *at_ == '"') return read_string(id_);
        const char *begin = at_;
        bool whole = false;
        if (!skip_number(whole) || !whole) return false;
        const std::string_view number(begin, static_cast<std::size_t>(at_ - begin));
        return number != "-0" && decode(number, id_);
    }

    bool skip_value(int depth) {
        if (at_ == end_ || depth == DEEPEST) return false;
        bool whole;
        switch (*at_) {
            case '"': return skip_string();
            case '{': return skip_members(depth, true, '}');
            case '[': return skip_members(depth, false, ']');
            case 't': return next_is("true");
            case 'f': return next_is("false");
            case 'n': return next_is("null");
            default: return skip_number(whole);
        }
    }

    bool skip_string() {
        std::string_view plain;
        return read_plain(plain) && valid(plain);
    }

    bool skip_members(int depth, bool named, char last) {
        ++at_;
        skip_space();
        if (next_is(last)) return true;
        do {
            skip_space();
            if (named) {
                if (!skip_string()) return false;
                skip_space();
                if (!next_is(':')) return false;
                skip_space();
            }
            if (!skip_value(depth + 1)) return false;
            skip_space();
        } while (next_is(','));
        return next_is(last);
    }

    bool skip_digits() {
        const char *begin = at_;
        while (at_ < end_ && *at_ >= '0' && *at_ <= '9') ++at_;
        return at_ > begin && static_cast<std::size_t>(at_ - begin) <= MOST_DIGITS;
    }

    bool skip_number(bool &whole) {
        whole = true;
        next_is('-');
        if (!next_is('0') && !skip_digits()) return false;
        if (next_is('.')) {
            whole = false;
            if (!skip_digits()) return false;
        }
        if (next_is('e') || next_is('E')) {
            whole = false;
            if (!next_is('+')) next_is('-');
            if (!skip_digits()) return false;
        }
        return true;
    }

    const char *at_, *end_;
    std::string_view text_field_, id_field_;
    nb::object text_, id_ = nb::none();
};

nb::object plain_record(nb::bytes line, nb::bytes text_field, nb::bytes id_field) {
    const auto view = [](const nb::bytes &bytes) { return std::string_view(bytes.c_str(), bytes.size()); };
    Record record(view(line), view(text_field), view(id_field));
    if (!record.read()) return nb::none();
    return nb::make_tuple(record.text(), record.id());
}

}  // namespace

void bind_records(nb::module_ &module) {
    module.def("plain_record", &plain_record, nb::arg("line"), nb::arg("text_field"), nb::arg("id_field"));
}

}  // namespace dedup
