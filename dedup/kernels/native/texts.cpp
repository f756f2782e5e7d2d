#include "texts.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <nanobind/stl/vector.h>

#include "ascii.h"
#include "tokens.h"

namespace dedup {

namespace {

bool continues(uint8_t byte) { return (byte & 0xC0) == 0x80; }

constexpr std::size_t CODE_POINTS = 0x110000;
constexpr uint32_t NO_POINT = UINT32_MAX;
constexpr std::size_t PAGE = 256;
constexpr std::size_t STEP = 32;

// What follows is read as the tokenizer reads it: bytes that are no UTF-8 have no code point.
uint32_t read_wide_point(const uint8_t *&at, const uint8_t *end) {
    const uint8_t lead = *at;
    const int bytes = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t point = bytes == 1 || end - at < bytes ? NO_POINT : lead & (0x7Fu >> bytes);
    for (int k = 1; k < bytes && point != NO_POINT; ++k) {
        point = (at[k] & 0xC0) == 0x80 ? point << 6 | (at[k] & 0x3Fu) : NO_POINT;
    }
    at += point == NO_POINT ? 1 : bytes;
    return point < CODE_POINTS ? point : NO_POINT;
}

// Reads the code point at `at`, before `end`, and moves on.
inline uint32_t read_point(const uint8_t *&at, const uint8_t *end) {
    return *at < 0x80 ? *at++ : read_wide_point(at, end);
}

bool all_ascii(const uint8_t *text, std::size_t size) {
    for (std::size_t at = 0; at < size; at += 64) {
        if (classify(text + at, size - at).wide) return false;
    }
    return true;
}

}  // namespace

struct Texts::Document {
    nb::object kept_forms;
    const uint8_t *begin, *end;
    const uint8_t *forms = nullptr;  // folded forms, UTF-8; of ASCII none are needed
    std::size_t forms_size = 0;
    const uint8_t *roles;
    std::vector<std::size_t> marks;  // where tokens 0, STEP, 2 STEP, ... begin

    Role role(uint32_t point) const { return point == NO_POINT ? SEPARATOR : static_cast<Role>(roles[point]); }

    // Moves to the beginning of the next token, or to the end. No token may go on at `at`.
    const uint8_t *find(const uint8_t *at) const {
        while (at < end) {
            const uint8_t *next = at;
            const Role part = role(read_point(next, end));
            if (part == WORD || part == ALONE) break;
            at = next;
        }
        return at;
    }

    // Moves from the beginning of a token to its end, showing each code point.
    template <typename Show>
    const uint8_t *read(const uint8_t *at, Show show) const {
        uint32_t point = read_point(at, end);
        const bool alone = role(point) == ALONE;
        show(point);
        while (at < end) {
            const uint8_t *next = at;
            point = read_point(next, end);
            const Role part = role(point);
            if (part != EXTEND && (alone || part != WORD)) break;
            show(point);
            at = next;
        }
        return at;
    }

    // Where the token of a number within the document begins.
    const uint8_t *token(std::size_t number) const {
        const uint8_t *at = begin + marks[number / STEP];
        for (std::size_t k = 0; k < number % STEP; ++k) at = find(skip(at));
        return at;
    }

    const uint8_t *skip(const uint8_t *at) const {
        return read(at, [](uint32_t) {});
    }

    // Finds out where the marks are, and returns how many tokens there are.
    std::size_t mark() {
        std::size_t tokens = 0;
        if (!forms) return mark_ascii();
        for (const uint8_t *at = find(begin); at < end; at = find(skip(at))) {
            if (tokens++ % STEP == 0) marks.push_back(static_cast<std::size_t>(at - begin));
        }
        return tokens;
    }

    std::size_t mark_ascii() {
        std::size_t tokens = 0;
        uint64_t inside = 0;
        for (const uint8_t *at = begin; at < end; at += std::min<std::ptrdiff_t>(end - at, 64)) {
            const uint64_t word = classify(at, static_cast<std::size_t>(end - at)).word;
            uint64_t starts = word & ~(word << 1 | inside);
            inside = word >> 63;
            const std::size_t count = count_bits(starts);
            // Tokens of this block to pass by before the next mark.
            for (std::size_t pass = (STEP - tokens % STEP) % STEP, done = 0; pass < count; pass += STEP) {
                for (; done < pass; ++done) starts &= starts - 1;
                marks.push_back(static_cast<std::size_t>(at - begin) + lowest_bit(starts));
            }
            tokens += count;
        }
        return tokens;
    }
};

// A place in a text, which is not inside CRLF.
struct Texts::Cursor {
    const uint8_t *at;
    int64_t point = 0;
    int64_t line = 1;
    int64_t line_start = 0;

    void advance(const uint8_t *to, const uint8_t *end) {
        for (; at < to; ++at) {
            if (continues(*at)) continue;
            ++point;
            if (*at == '\n' || (*at == '\r' && !(at + 1 < end && at[1] == '\n'))) {
                ++line;
                line_start = point;
            }
        }
    }

    // The same in a text of ASCII.
    void advance_ascii(const uint8_t *to, const uint8_t *end) {
        const uint8_t *last = nullptr;
        for (const uint8_t *feed = at; (feed = find(feed, to, '\n')); ++feed) ++line, last = feed;
        for (const uint8_t *back = at; (back = find(back, to, '\r')); ++back) {
            if (back + 1 < end && back[1] == '\n') continue;
            ++line;
            last = std::max(last, back);
        }
        if (last) line_start = point + (last + 1 - at);
        point += to - at;
        at = to;
    }

    static const uint8_t *find(const uint8_t *from, const uint8_t *to, char byte) {
        if (from >= to) return nullptr;
        return static_cast<const uint8_t *>(std::memchr(from, byte, static_cast<std::size_t>(to - from)));
    }
};

struct Texts::Text {
    const uint8_t *begin;
    std::size_t size;
};

Texts::Texts(std::vector<In<uint8_t>> buffers, std::vector<In<int64_t>> bounds, In<int64_t> order, nb::object forms,
             In<int64_t> token_offsets, In<uint8_t> role, In<uint32_t> offset, In<uint8_t> length)
    : buffers_(std::move(buffers)),
      bounds_(std::move(bounds)),
      order_(std::move(order)),
      forms_(std::move(forms)),
      token_offsets_(std::move(token_offsets)),
      role_(std::move(role)),
      offset_(std::move(offset)),
      length_(std::move(length)),
      documents_(token_offsets_.size() ? token_offsets_.size() - 1 : 0) {
    if (role_.size() < CODE_POINTS || offset_.size() < CODE_POINTS || length_.size() < CODE_POINTS) {
        throw nb::value_error("folding tables must have an entry for every code point");
    }
    check(order_.size() == documents_.size(), "there must be a place for every text to begin");
    check(bounds_.size() == buffers_.size(), "there must be bounds for every buffer");
    std::size_t count = 0;
    for (std::size_t part = 0; part < buffers_.size(); ++part) {
        check_offsets(bounds_[part], buffers_[part].size());
        firsts_.push_back(count);
        count += bounds_[part].size() - 1;
    }
    for (std::size_t i = 0; i < order_.size(); ++i) {
        const int64_t place = order_.data()[i];
        check(place >= 0 && static_cast<std::size_t>(place) < count, "the order must be one of the texts");
    }
}

Texts::~Texts() {
    for (const auto &document : documents_) delete document.load();
}

void Texts::append(int64_t first, int64_t last, bool word_ends, Letters &letters) const {
    if (first >= last) return;
    const std::size_t number = number_of(first, last);
    const Document &own = document(number);
    const uint8_t *at = own.token(static_cast<std::size_t>(first - token_offsets_.data()[number]));
    const uint32_t *offset = offset_.data();
    const uint8_t *length = length_.data();
    for (int64_t place = first; place < last; ++place) {
        at = own.find(at);
        at = own.read(at, [&](uint32_t point) {
            if (point < 0x80) {
                letters.push_back(point >= 'A' && point <= 'Z' ? point | 0x20 : point);
                return;
            }
            const std::size_t begin = std::min<std::size_t>(offset[point], own.forms_size);
            const uint8_t *form = own.forms + begin;
            const uint8_t *form_end = form + std::min<std::size_t>(length[point], own.forms_size - begin);
            while (form < form_end) letters.push_back(read_point(form, form_end));
        });
        if (word_ends) letters.push_back(WORD_END);
    }
}

std::vector<int64_t> Texts::locate(const In<int64_t> &first, const In<int64_t> &last) const {
    if (first.size() != last.size()) throw nb::value_error("arrays must be of one length");
    std::vector<int64_t> rows;
    rows.reserve(8 * first.size());
    std::size_t number = SIZE_MAX;
    Cursor cursor{};
    for (std::size_t k = 0; k < first.size(); ++k) {
        const int64_t begin = first.data()[k], end = last.data()[k];
        if (begin >= end) throw nb::value_error("ranges must not be empty");
        const std::size_t own_number = number_of(begin, end);
        const Document &own = document(own_number);
        const int64_t offset = token_offsets_.data()[own_number];
        const uint8_t *start = own.token(static_cast<std::size_t>(begin - offset));
        const uint8_t *stop = own.skip(own.token(static_cast<std::size_t>(end - 1 - offset)));
        if (own_number != number || start < cursor.at) cursor = {own.begin};
        number = own_number;
        const auto advance = own.forms ? &Cursor::advance : &Cursor::advance_ascii;
        (cursor.*advance)(start, own.end);
        Cursor beyond = cursor;
        (beyond.*advance)(stop, own.end);
        for (const int64_t value :
             {cursor.point, beyond.point, static_cast<int64_t>(start - own.begin), static_cast<int64_t>(stop - own.begin),
              cursor.line, cursor.point - cursor.line_start + 1, beyond.line, beyond.point - beyond.line_start + 1}) {
            rows.push_back(value);
        }
    }
    return rows;
}

Texts::Text Texts::text(std::size_t number) const {
    const auto place = static_cast<std::size_t>(order_.data()[number]);
    const std::size_t part = static_cast<std::size_t>(
        std::upper_bound(firsts_.begin(), firsts_.end(), place) - firsts_.begin() - 1);
    const int64_t *bounds = bounds_[part].data() + (place - firsts_[part]);
    return {buffers_[part].data() + bounds[0], static_cast<std::size_t>(bounds[1] - bounds[0])};
}

std::size_t Texts::number_of(int64_t first, int64_t last) const {
    const int64_t *offsets = token_offsets_.data(), *offsets_end = offsets + token_offsets_.size();
    const int64_t *after = std::upper_bound(offsets, offsets_end, first);
    if (after == offsets || after == offsets_end || last > *after) {
        throw nb::value_error("words must be places within one document");
    }
    return static_cast<std::size_t>(after - offsets) - 1;
}

const Texts::Document &Texts::document(std::size_t number) const {
    auto &place = documents_[number];
    if (const Document *known = place.load(std::memory_order_acquire)) return *known;
    std::unique_ptr<Document> loaded = load(number);
    const Document *other = nullptr;
    if (place.compare_exchange_strong(other, loaded.get())) return *loaded.release();
    nb::gil_scoped_acquire gil;  // another thread was quicker; what was loaded in vain is dropped
    loaded.reset();
    return *other;
}

std::unique_ptr<Texts::Document> Texts::load(std::size_t number) const {
    auto document = std::make_unique<Document>();
    const auto [text, size] = this->text(number);
    document->begin = text;
    document->end = text + size;
    document->roles = role_.data();
    if (!all_ascii(text, size)) {
        nb::gil_scoped_acquire gil;
        document->kept_forms = forms_(nb::bytes(text, size));
        const auto forms = nb::cast<In<uint8_t>>(document->kept_forms);
        document->forms = forms.data();
        document->forms_size = forms.size();
    }
    const int64_t *offsets = token_offsets_.data();
    if (document->mark() != static_cast<std::size_t>(offsets[number + 1] - offsets[number])) {
        nb::gil_scoped_acquire gil;
        document.reset();
        throw nb::value_error("a document has other words than its places say");
    }
    return document;
}

namespace {

Out<uint32_t> letters_of(const Texts &texts, int64_t first, int64_t last) {
    Letters letters;
    texts.append(first, last, true, letters);
    return hand_over(std::move(letters));
}

Out<int64_t> locate(const Texts &texts, In<int64_t> first, In<int64_t> last) {
    std::vector<int64_t> rows;
    {
        nb::gil_scoped_release released;
        rows = texts.locate(first, last);
    }
    return hand_over(std::move(rows));
}

// One code point of every page of 256 that a text has.
Out<uint32_t> pages(nb::bytes text) {
    std::array<bool, CODE_POINTS / PAGE> seen{};
    std::vector<uint32_t> points;
    const auto *at = static_cast<const uint8_t *>(text.data());
    const uint8_t *end = at + text.size();
    const auto see = [&](uint32_t point) {
        if (point == NO_POINT || seen[point / PAGE]) return;
        seen[point / PAGE] = true;
        points.push_back(static_cast<uint32_t>(point / PAGE * PAGE));
    };
    while (at < end) {
        see(read_point(at, end));
        for (uint64_t wide = 0; end - at >= 8; at += 8) {  // ASCII, eight at a time
            std::memcpy(&wide, at, sizeof wide);
            if (wide & 0x8080808080808080u) break;
            see(*at);
        }
    }
    std::sort(points.begin(), points.end());
    return hand_over(std::move(points));
}

}  // namespace

void bind_texts(nb::module_ &module) {
    module.def("pages", &pages);
    nb::class_<Texts>(module, "Texts")
        .def(nb::init<std::vector<In<uint8_t>>, std::vector<In<int64_t>>, In<int64_t>, nb::object, In<int64_t>,
                      In<uint8_t>, In<uint32_t>, In<uint8_t>>())
        .def("letters", &letters_of)
        .def("located", &locate);
}

}  // namespace dedup
