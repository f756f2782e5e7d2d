// From texts to signatures piece by piece, so that the tokens of one stay in the cache and are not kept.
#include <algorithm>
#include <cstring>
#include <vector>

#include "arrays.h"
#include "sketches.h"
#include "tokens.h"

namespace dedup {

namespace {

constexpr std::size_t PIECE_BYTES = std::size_t{1} << 16;  // of a long text

nb::tuple text_signatures(In<uint8_t> buffer, In<int64_t> offsets, std::size_t size, In<uint32_t> multipliers,
                          In<uint32_t> increments, In<bool> filled, In<uint8_t> role, In<uint32_t> offset,
                          In<uint8_t> length, In<uint8_t> data) {
    check_offsets(offsets, buffer.size());
    const FoldingTables tables = checked_tables(filled, role, offset, length, data);
    Signer signer(size, multipliers, increments);
    const std::size_t documents = offsets.size() - 1, permutations = signer.permutations();
    const int64_t *const at = offsets.data();
    int64_t longest = 0;
    for (std::size_t i = 0; i < documents; ++i) longest = std::max(longest, at[i + 1] - at[i]);
    const std::size_t most = most_tokens(static_cast<std::size_t>(longest), 1), most_carried = std::min(size - 1, most);
    auto keys = make_column<uint64_t>(most + most_carried);  // few of them are touched, unless a text has no cut
    auto counts = make_column<int64_t>(documents);
    auto words = make_column<int64_t>(documents);
    auto result = make_column<uint32_t>(documents * permutations);
    std::vector<uint32_t> missing;
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < documents; ++i) {
            const uint8_t *const text = buffer.data() + at[i];
            const auto length = static_cast<std::size_t>(at[i + 1] - at[i]);
            std::size_t count = 0, alone = 0, carried = 0;
            signer.begin();
            for (std::size_t begin = 0, end; begin < length; begin = end) {
                end = find_cut(text, begin + std::min(PIECE_BYTES, length - begin), length);
                Tokenizer<false> tokenizer(text, length, tables, {keys.get() + carried, nullptr, nullptr});
                tokenizer.read(begin, end);
                count += tokenizer.count();
                alone += tokenizer.alone();
                missing.insert(missing.end(), tokenizer.missing().begin(), tokenizer.missing().end());
                const std::size_t held = carried + tokenizer.count();
                signer.read(keys.get(), held);
                carried = std::min(held, most_carried);
                std::memmove(keys.get(), keys.get() + (held - carried), carried * sizeof(uint64_t));
            }
            signer.end(keys.get(), count, result.get() + i * permutations);
            counts[i] = static_cast<int64_t>(count);
            words[i] = static_cast<int64_t>((2 * count - alone + 1) / 2);
        }
    }
    return nb::make_tuple(hand_over(std::move(counts), documents), hand_over(std::move(words), documents),
                          hand_over(std::move(result), documents, permutations), hand_over(std::move(missing)));
}

}  // namespace

void bind_signatures(nb::module_ &module) {
    module.def("text_signatures", &text_signatures, nb::arg("buffer"), nb::arg("offsets"), nb::arg("size"),
               nb::arg("multipliers"), nb::arg("increments"), nb::arg("filled"), nb::arg("role"), nb::arg("offset"), nb::arg("length"),
               nb::arg("data"));
}

}  // namespace dedup
