// Equal stretches of tokens, group after group, as in reference/grouping.py.
#include <algorithm>
#include <array>
#include <cstring>

#include "arrays.h"
#include "grouping.h"
#include "hashing.h"

namespace dedup {

namespace {

struct Window {
    uint64_t hash;
    int64_t place;
};

// The windows of `size` tokens that begin at marked places and do not leave their document.
class Windows {
  public:
    Windows(const In<uint64_t> &keys, const In<bool> &starts, const In<int64_t> &offsets, int64_t size)
        : keys_(keys.data()), starts_(starts.data()), offsets_(offsets.data()), documents_(offsets.size() - 1),
          size_(size) {
        for (int64_t i = 0; i < size; ++i) highest_ *= SHINGLE_MULTIPLIER;
    }

    // How many there are at most.
    std::size_t count() const {
        return static_cast<std::size_t>(std::count(starts_, starts_ + offsets_[documents_], true));
    }

    // Calls `act(windows, count)` for a few at a time, by place.
    template <typename Act>
    void each_few(Act act) const {
        std::array<Window, FEW + WORD> few;
        std::size_t count = 0;
        for (std::size_t document = 0; document < documents_; ++document) {
            const int64_t end = offsets_[document + 1] - size_ + 1;
            for (int64_t place = offsets_[document]; place < end; place += WORD) {
                const auto marks = static_cast<int64_t>(std::min<int64_t>(WORD, end - place));
                if (none(place, marks)) continue;
                for (int64_t i = 0; i < marks; ++i) {  // no branch: nobody could foretell it
                    few[count].place = place + i;
                    count += starts_[place + i] ? 1 : 0;
                }
                if (count < FEW) continue;
                hash(few.data(), count);
                act(few.data(), count);
                count = 0;
            }
        }
        hash(few.data(), count);
        act(few.data(), count);
    }

  private:
    static constexpr std::size_t FEW = 512;
    static constexpr int64_t WORD = 8;  // marks that are looked at together

    bool none(int64_t place, int64_t marks) const {
        uint64_t word = 1;
        if (marks == WORD) std::memcpy(&word, starts_ + place, sizeof word);
        return !word;
    }

    void hash(Window *windows, std::size_t count) const {
        uint64_t total = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const int64_t place = windows[i].place;
            // The polynomial of the next place takes up one token and drops one.
            if (size_ > WORD && i && windows[i - 1].place + 1 == place) {
                total = total * SHINGLE_MULTIPLIER + keys_[place + size_ - 1] - keys_[place - 1] * highest_;
            } else {
                total = polynomial(keys_ + place, static_cast<std::size_t>(size_));
            }
            windows[i].hash = mix64(total);
        }
    }

    const uint64_t *keys_;
    const bool *starts_;
    const int64_t *offsets_;
    std::size_t documents_;
    int64_t size_;
    uint64_t highest_ = 1;
};

// Which hashes may have come twice: two bits for each of many slots that hashes share.
class Counts {
  public:
    explicit Counts(std::size_t hashes) {
        unsigned bits = 6;
        while (bits < 40 && std::size_t{1} << bits < FACTOR * hashes) ++bits;
        shift_ = 64 - bits;
        const std::size_t words = (std::size_t{1} << bits) / SLOTS;
        words_ = make_column<uint64_t>(words);
        std::fill_n(words_.get(), words, 0);
    }

    void fetch(uint64_t hash) const {
#if defined(__GNUC__)
        __builtin_prefetch(&words_[word(hash)]);
#endif
    }

    void add(uint64_t hash) {
        uint64_t &held = words_[word(hash)];
        const uint64_t once = uint64_t{1} << place(hash);
        held |= (held & once) << 1 | once;
    }

    bool twice(uint64_t hash) const { return words_[word(hash)] >> place(hash) & 2; }

  private:
    static constexpr unsigned SLOTS = 32;  // in a word
    static constexpr std::size_t FACTOR = 2;  // slots for each hash: more would leave the cache
    std::size_t word(uint64_t hash) const { return static_cast<std::size_t>(hash >> shift_) / SLOTS; }
    unsigned place(uint64_t hash) const { return static_cast<unsigned>(hash >> shift_) % SLOTS * 2; }

    unsigned shift_;
    Column<uint64_t> words_;  // asked for with huge pages: they are read all over
};

// Most windows of ordinary text stand alone: only those that may not are held and sorted.
class Repeated {
  public:
    explicit Repeated(const Windows &windows) {
        const std::size_t all = windows.count();
        Counts counts(all);
        windows.each_few([&](const Window *few, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i) {
                counts.fetch(few[std::min(i + AHEAD, count - 1)].hash);
                counts.add(few[i].hash);
            }
        });
        hashes_ = make_column<uint64_t>(all);
        places_ = make_column<int64_t>(all);
        windows.each_few([&](const Window *few, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i) {  // no branch: nobody could foretell it
                counts.fetch(few[std::min(i + AHEAD, count - 1)].hash);
                hashes_[size_] = few[i].hash;
                places_[size_] = few[i].place;
                size_ += counts.twice(few[i].hash);
            }
        });
    }

    std::size_t size() const { return size_; }
    const uint64_t *hashes() const { return hashes_.get(); }
    int64_t place(int64_t index) const { return places_[static_cast<std::size_t>(index)]; }

  private:
    static constexpr std::size_t AHEAD = 16;
    Column<uint64_t> hashes_;
    Column<int64_t> places_;
    std::size_t size_ = 0;
};

nb::tuple equal_windows(In<uint64_t> keys, In<bool> starts, In<int64_t> offsets, int64_t size) {
    check_offsets(offsets, keys.size());
    if (starts.size() != keys.size()) throw nb::value_error("each token must be a start or not");
    if (size < 1) throw nb::value_error("a window must have a token");
    Column<int64_t> places, sizes;
    std::size_t members = 0, groups = 0;
    {
        nb::gil_scoped_release released;
        const auto longest = static_cast<int64_t>(keys.size()) + 1;  // no document has such a window
        const Repeated found(Windows(keys, starts, offsets, std::min(size, longest)));
        places = make_column<int64_t>(found.size());
        sizes = make_column<int64_t>(found.size() / 2);
        EqualGroups equal(found.hashes(), found.size());
        equal.find(places.get(), sizes.get());
        members = equal.members(), groups = equal.groups();
        for (std::size_t i = 0; i < members; ++i) places[i] = found.place(places[i]);
    }
    return nb::make_tuple(hand_over(std::move(places), members), hand_over(std::move(sizes), groups));
}

}  // namespace

void bind_windows(nb::module_ &module) {
    module.def("equal_windows", &equal_windows, nb::arg("keys"), nb::arg("starts"), nb::arg("offsets"),
               nb::arg("size"));
}

}  // namespace dedup
