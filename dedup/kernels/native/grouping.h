// Indices of equal hashes, group after group, as in reference/grouping.py.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "arrays.h"

namespace dedup {

struct Posting {
    uint64_t hash;
    int64_t index;
};

// Finds equal hashes partition by partition, a partition being a range of the hashes' upper bits: at any time only the
// postings of one are held. Each is scattered over buckets of a few hundred by the next bits, and what is equal is
// found within a bucket.
class EqualGroups {
  public:
    EqualGroups(const uint64_t *hashes, std::size_t count);

    // Writes the indices of hashes that stand more than once (at most `count`) and the sizes of the groups (at most
    // half of that); sets how many there are.
    void find(int64_t *order, int64_t *sizes);
    std::size_t members() const { return members_; }
    std::size_t groups() const { return groups_; }

  private:
    std::size_t bucket_of(uint64_t hash) const { return shift_ < 64 ? hash >> shift_ : 0; }
    void fill(std::size_t first, std::size_t last);
    void sort_bucket(Posting *postings, std::size_t count);
    void emit(const Posting *postings, std::size_t count, int64_t *order, int64_t *sizes);

    const uint64_t *hashes_;
    std::size_t count_;
    unsigned shift_;
    std::vector<std::size_t> begins_;  // of buckets, and the end of the last
    std::vector<std::size_t> at_;      // where each bucket of the partition is written next
    Column<Posting> partition_;  // asked for with huge pages: each bucket is written at a page of its own
    std::size_t capacity_ = 0;
    std::vector<Posting> scratch_;
    std::size_t members_ = 0, groups_ = 0;
};

}  // namespace dedup
