// Strings of bytes in columns, as in reference/strings.py.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>
#include <vector>

#include "arrays.h"
#include "hashing.h"

namespace dedup {

namespace {

// Strings in a buffer; the offsets have been checked.
class Strings {
public:
    Strings(const In<uint8_t> &buffer, const In<int64_t> &offsets)
        : bytes_(reinterpret_cast<const char *>(buffer.data())), offsets_(offsets.data()), count_(offsets.size() - 1) {}

    std::size_t count() const { return count_; }

    std::string_view operator[](std::size_t number) const {
        return {bytes_ + offsets_[number], static_cast<std::size_t>(offsets_[number + 1] - offsets_[number])};
    }

private:
    const char *bytes_;
    const int64_t *offsets_;
    std::size_t count_;
};

// The first eight bytes as a number that is ordered as they are; what is missing counts as zeros.
uint64_t prefix(std::string_view string) {
    uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8 | (i < string.size() ? static_cast<uint8_t>(string[i]) : 0u);
    return value;
}

nb::tuple string_order(In<uint8_t> buffer, In<int64_t> offsets) {
    check_offsets(offsets, buffer.size());
    const Strings strings(buffer, offsets);
    const std::size_t count = strings.count();
    auto order = make_column<int64_t>(count);
    std::vector<int64_t> repeated;
    {
        nb::gil_scoped_release released;
        bool sorted = true;
        for (std::size_t k = 0; k < count; ++k) {
            order[k] = static_cast<int64_t>(k);
            sorted = sorted && (k == 0 || strings[k - 1] <= strings[k]);
        }
        if (!sorted) {
            struct Key {
                uint64_t prefix;
                int64_t number;
            };
            std::vector<Key> keys(count);
            for (std::size_t k = 0; k < count; ++k) keys[k] = {prefix(strings[k]), static_cast<int64_t>(k)};
            std::sort(keys.begin(), keys.end(), [&](const Key &a, const Key &b) {
                if (a.prefix != b.prefix) return a.prefix < b.prefix;
                const int compared = strings[a.number].compare(strings[b.number]);
                return compared != 0 ? compared < 0 : a.number < b.number;
            });
            for (std::size_t k = 0; k < count; ++k) order[k] = keys[k].number;
        }
        for (std::size_t k = 1; k < count; ++k) {
            if (strings[order[k - 1]] == strings[order[k]]) repeated.push_back(static_cast<int64_t>(k));
        }
    }
    return nb::make_tuple(hand_over(std::move(order), count), hand_over(std::move(repeated)));
}

// Names that are taken, each with a number: a hash table with open addressing of entries that lie one after the other.
class NameTable {
public:
    std::size_t size() const { return numbers_.size(); }

    Out<bool> add(In<uint8_t> buffer, In<int64_t> offsets, In<int64_t> numbers) {
        check_offsets(offsets, buffer.size());
        const Strings names(buffer, offsets);
        check(numbers.size() == names.count(), "there must be a number for every name");
        auto free = make_column<bool>(names.count());
        for (std::size_t k = 0; k < names.count(); ++k) {
            if (2 * size() >= slots_.size()) grow();
            uint32_t &slot = slots_[find(names[k])];
            free[k] = !slot;
            if (slot) continue;
            check(size() < UINT32_MAX, "there are more names than can be told apart");
            bytes_.insert(bytes_.end(), names[k].begin(), names[k].end());
            ends_.push_back(static_cast<int64_t>(bytes_.size()));
            numbers_.push_back(numbers.data()[k]);
            slot = static_cast<uint32_t>(size());
        }
        return hand_over(std::move(free), names.count());
    }

    int64_t number(nb::bytes name) const {
        const uint32_t found = slots_.empty() ? 0 : slots_[find({name.c_str(), name.size()})];
        if (!found) throw nb::key_error("the name is free");
        return numbers_[found - 1];
    }

private:
    std::string_view entry(std::size_t number) const {
        const auto begin = static_cast<std::size_t>(number ? ends_[number - 1] : 0);
        return {bytes_.data() + begin, static_cast<std::size_t>(ends_[number]) - begin};
    }

    // Nobody outside can know the seed, and choose names that all fall on one slot.
    uint64_t hash(std::string_view name) const {
        uint64_t value = seed_ ^ name.size();
        while (name.size() >= 8) {
            uint64_t bytes;
            std::memcpy(&bytes, name.data(), 8);
            value = mix64(value ^ bytes) + seed_;
            name.remove_prefix(8);
        }
        return mix64(value ^ prefix(name));
    }

    // The slot of a name, or the empty one where it belongs.
    std::size_t find(std::string_view name) const {
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = hash(name) & mask;
        while (slots_[at] && entry(slots_[at] - 1) != name) at = (at + 1) & mask;
        return at;
    }

    void grow() {
        std::vector<uint32_t>().swap(slots_);
        std::size_t wanted = 1024;
        while (wanted <= 2 * size()) wanted *= 2;
        slots_.resize(wanted);
        for (std::size_t number = 0; number < size(); ++number) {
            std::size_t at = hash(entry(number)) & (wanted - 1);
            while (slots_[at]) at = (at + 1) & (wanted - 1);
            slots_[at] = static_cast<uint32_t>(number + 1);
        }
    }

    const uint64_t seed_ = static_cast<uint64_t>(std::random_device{}()) << 32 | std::random_device{}();
    std::vector<uint32_t> slots_;  // an entry's number and 1, or 0
    std::vector<char> bytes_;
    std::vector<int64_t> ends_, numbers_;
};

}  // namespace

void bind_strings(nb::module_ &module) {
    module.def("string_order", &string_order, nb::arg("buffer"), nb::arg("offsets"));
    nb::class_<NameTable>(module, "NameTable")
        .def(nb::init<>())
        .def("__len__", &NameTable::size)
        .def("add", &NameTable::add, nb::arg("buffer"), nb::arg("offsets"), nb::arg("numbers"))
        .def("number", &NameTable::number, nb::arg("name"));
}

}  // namespace dedup
