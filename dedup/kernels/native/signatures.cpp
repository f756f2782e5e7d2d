// From texts to signatures document by document, so that the tokens of one stay in the cache and are not kept.
#include <string_view>
#include <vector>

#include "arrays.h"
#include "sketches.h"
#include "tokens.h"

namespace dedup {

namespace {

nb::tuple text_signatures(nb::tuple texts, std::size_t size, In<uint32_t> multipliers, In<uint32_t> increments,
                          In<bool> filled, In<uint8_t> role, In<uint32_t> offset, In<uint8_t> length,
                          In<uint8_t> data) {
    const FoldingTables tables = checked_tables(filled, role, offset, length, data);
    Signer signer(size, multipliers, increments);
    const std::size_t documents = texts.size(), permutations = signer.permutations();
    std::vector<std::string_view> views;  // the tuple holds what they look at
    std::size_t longest = 0;
    for (nb::handle text : texts) {
        const auto bytes = nb::cast<nb::bytes>(text);
        views.emplace_back(bytes.c_str(), bytes.size());
        longest = std::max(longest, bytes.size());
    }
    auto keys = make_column<uint64_t>(most_tokens(longest, 1));
    auto counts = make_column<int64_t>(documents);
    auto words = make_column<int64_t>(documents);
    auto result = make_column<uint32_t>(documents * permutations);
    std::vector<uint32_t> missing;
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < documents; ++i) {
            Tokenizer<false> tokenizer(reinterpret_cast<const uint8_t *>(views[i].data()), views[i].size(), tables,
                                       {keys.get(), nullptr, nullptr});
            tokenizer.read(0, views[i].size());
            counts[i] = static_cast<int64_t>(tokenizer.count());
            words[i] = static_cast<int64_t>((2 * tokenizer.count() - tokenizer.alone() + 1) / 2);
            signer.sign(keys.get(), tokenizer.count(), result.get() + i * permutations);
            missing.insert(missing.end(), tokenizer.missing().begin(), tokenizer.missing().end());
        }
    }
    return nb::make_tuple(hand_over(std::move(counts), documents), hand_over(std::move(words), documents),
                          hand_over(std::move(result), documents, permutations), hand_over(std::move(missing)));
}

}  // namespace

void bind_signatures(nb::module_ &module) {
    module.def("text_signatures", &text_signatures, nb::arg("texts"), nb::arg("size"), nb::arg("multipliers"),
               nb::arg("increments"), nb::arg("filled"), nb::arg("role"), nb::arg("offset"), nb::arg("length"),
               nb::arg("data"));
}

}  // namespace dedup
