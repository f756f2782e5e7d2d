// Equal stretches of tokens, group after group, as in reference/grouping.py.
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

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
    static constexpr std::size_t FEW = 512;
    static constexpr int64_t WORD = 8;  // marks that are looked at together

  public:
    static constexpr std::size_t MOST = FEW + WORD;  // windows at a time

    Windows(const In<uint64_t> &keys, const In<bool> &starts, const In<int64_t> &offsets, int64_t size)
        : keys_(keys.data()), starts_(starts.data()), offsets_(offsets.data()), documents_(offsets.size() - 1),
          size_(size) {
        for (int64_t i = 0; i < size; ++i) highest_ *= SHINGLE_MULTIPLIER;
    }

    // How many there are at most.
    std::size_t most() const { return static_cast<std::size_t>(offsets_[documents_]); }

    // Calls `act(windows, count)` for a few at a time, by place.
    template <typename Act>
    void each_few(Act act) const {
        std::array<Window, MOST> few;
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
    // Begins anew, with slots for so many hashes.
    void begin(std::size_t hashes) {
        unsigned bits = 6;
        while (bits < 40 && std::size_t{1} << bits < FACTOR * hashes) ++bits;
        shift_ = 64 - bits;
        words_.assign((std::size_t{1} << bits) / SLOTS, 0);
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

    unsigned shift_ = 64;
    std::vector<uint64_t> words_;
};

// Which hashes are looked at: those that are `number` modulo `count`. (Not a range: fingerprints are the least of several
// hashes, so that most are small.)
struct Part {
    uint64_t number, count;
    bool holds(uint64_t hash) const { return (hash & (count - 1)) == number; }
};

// The windows of one part, put into buckets by the upper bits of their hashes, each in the order of their places.
// A bucket is a chain of blocks, which is what a footer in every document needs: nobody knows how large a bucket gets.
template <typename Place>
class Buckets {
  public:
    Buckets(const Windows &windows, Part part) {
        const std::size_t most = windows.most() / part.count;
        while (bits_ < MOST_BITS && most >> bits_ > BUCKET) ++bits_;
        ends_.resize(count());
        heads_.resize(count());
        next_.push_back(0);
        windows.each_few([&](const Window *few, std::size_t count) {
            std::array<uint32_t, Windows::MOST> chosen;
            std::size_t found = 0;
            for (std::size_t i = 0; i < count; ++i) {
                chosen[found] = static_cast<uint32_t>(i);  // no branch: nobody could foretell it
                found += part.holds(few[i].hash);
            }
            for (std::size_t k = 0; k < found; ++k) add(few[chosen[k]]);
        });
    }

    std::size_t count() const { return std::size_t{1} << bits_; }
    std::size_t size() const { return size_; }

    // Those of a bucket that may stand more than once: most windows of ordinary text stand alone. The bits that are the
    // same in all are left out of their hashes.
    void read(std::size_t bucket, std::vector<uint64_t> &hashes, std::vector<Place> &places) {
        std::size_t size = 0;
        each_block(bucket, [&](const Block &, std::size_t own) { size += own; });
        if (hashes.size() < size + 1) hashes.resize(size + 1), places.resize(size + 1);
        counts_.begin(size);
        each_block(bucket, [&](const Block &block, std::size_t own) {
            for (std::size_t i = 0; i < own; ++i) counts_.add(block.hashes[i]);
        });
        found_ = 0;
        each_block(bucket, [&](const Block &block, std::size_t own) {
            for (std::size_t i = 0; i < own; ++i) {  // no branch: nobody could foretell it
                hashes[found_] = block.hashes[i];
                places[found_] = block.places[i];
                found_ += counts_.twice(block.hashes[i]);
            }
        });
    }

    // The places of a bucket whose hashes are all the same, as where one word is repeated throughout; returns how many
    // they are, or 0 where they are not.
    std::size_t read_alike(std::size_t bucket, Place *places) const {
        const std::size_t first = heads_[bucket];
        if (!first || ends_[bucket] == first * SIZE + 1) return 0;
        const uint64_t hash = block_at(first).hashes[0];
        bool alike = true;
        std::size_t size = 0;
        each_block(bucket, [&](const Block &block, std::size_t own) {
            for (std::size_t i = 0; alike && i < own; ++i) alike = block.hashes[i] == hash;
            if (alike) std::copy_n(block.places, own, places + size);
            size += own;
        });
        return alike ? size : 0;
    }

    // How many those of the bucket last read are.
    std::size_t found() const { return found_; }

  private:
    static constexpr std::size_t BUCKET = 1 << 14;  // windows: what is done with a bucket stays in the second-level cache
    static constexpr unsigned MOST_BITS = 9;       // and so do the lines that are written to
    static constexpr std::size_t SIZE = 256;        // windows in a block
    static constexpr std::size_t CHUNK = 256;       // blocks whose memory is asked for together; little enough to be had again

    struct Block {
        uint64_t hashes[SIZE];
        Place places[SIZE];
    };

    void add(const Window &window) {
        const std::size_t bucket = bits_ ? window.hash >> (64 - bits_) : 0;
        std::size_t &end = ends_[bucket];
        if (end % SIZE == 0) {
            const std::size_t fresh = next_.size();  // 0 is no block
            (end ? next_[end / SIZE - 1] : heads_[bucket]) = fresh;
            next_.push_back(0);
            end = fresh * SIZE;
            if (fresh % CHUNK == 1) chunks_.push_back(make_column<Block>(CHUNK));
        }
        Block &block = block_at(end / SIZE);
        block.hashes[end % SIZE] = window.hash << bits_;
        block.places[end % SIZE] = static_cast<Place>(window.place);
        ++end;
        ++size_;
    }

    Block &block_at(std::size_t number) const { return chunks_[(number - 1) / CHUNK][(number - 1) % CHUNK]; }

    template <typename Act>
    void each_block(std::size_t bucket, Act act) const {
        for (std::size_t block = heads_[bucket]; block; block = next_[block]) {
            act(block_at(block), next_[block] ? SIZE : (ends_[bucket] - 1) % SIZE + 1);
        }
    }

    unsigned bits_ = 0;
    std::vector<Column<Block>> chunks_;
    std::vector<std::size_t> next_;   // of each block, the one that goes on
    std::vector<std::size_t> heads_;  // of each bucket, the first block
    std::vector<std::size_t> ends_;   // of each bucket, where the last block ends
    std::size_t size_ = 0, found_ = 0;
    Counts counts_;
};


// Places from which equal tokens stand, group after group, and the sizes of the groups.
template <typename Place>
struct Groups {
    Column<Place> places;
    Column<int64_t> sizes;
    std::size_t members = 0, count = 0;
};

template <typename Place>
Groups<Place> group_windows(const Windows &windows, Part part) {
    Buckets<Place> buckets(windows, part);
    Groups<Place> groups{make_column<Place>(buckets.size()), make_column<int64_t>(buckets.size() / 2)};
    std::vector<int64_t> order;
    std::vector<uint64_t> hashes;
    std::vector<Place> places;
    for (std::size_t bucket = 0; bucket < buckets.count(); ++bucket) {
        Place *own = groups.places.get() + groups.members;
        if (const std::size_t size = buckets.read_alike(bucket, own)) {
            groups.members += size;
            groups.sizes[groups.count++] = static_cast<int64_t>(size);
            continue;
        }
        buckets.read(bucket, hashes, places);
        EqualGroups equal(hashes.data(), buckets.found());
        order.resize(buckets.found());
        equal.find(order.data(), groups.sizes.get() + groups.count);
        for (std::size_t i = 0; i < equal.members(); ++i) own[i] = places[static_cast<std::size_t>(order[i])];
        groups.members += equal.members();
        groups.count += equal.groups();
    }
    return groups;
}

template <typename Place>
nb::tuple group_all(const Windows &windows, Part part) {
    Groups<Place> groups;
    {
        nb::gil_scoped_release released;
        groups = group_windows<Place>(windows, part);
    }
    return nb::make_tuple(hand_over(std::move(groups.places), groups.members),
                          hand_over(std::move(groups.sizes), groups.count));
}

nb::tuple equal_windows(In<uint64_t> keys, In<bool> starts, In<int64_t> offsets, int64_t size, uint64_t part,
                        uint64_t parts) {
    check_offsets(offsets, keys.size());
    if (starts.size() != keys.size()) throw nb::value_error("each token must be a start or not");
    if (size < 1) throw nb::value_error("a window must have a token");
    if (part >= parts || parts & (parts - 1)) throw nb::value_error("there must be 1, 2, 4, ... parts");
    const auto longest = static_cast<int64_t>(keys.size()) + 1;  // no document has such a window
    const Windows windows(keys, starts, offsets, std::min(size, longest));
    return keys.size() < NARROW ? group_all<uint32_t>(windows, {part, parts})
                                : group_all<int64_t>(windows, {part, parts});
}

}  // namespace

void bind_windows(nb::module_ &module) {
    module.def("equal_windows", &equal_windows, nb::arg("keys"), nb::arg("starts"), nb::arg("offsets"),
               nb::arg("size"), nb::arg("part") = 0, nb::arg("parts") = 1);
}

}  // namespace dedup
