#include "vm/native/stub_names.h"

#include <algorithm>

#include <fmt/format.h>

namespace vm::native {

std::vector<NamedStub> named_stubs(const jit::Stubs& stubs) {
    std::vector<NamedStub> named = {{reinterpret_cast<std::uint64_t>(stubs.enter), "enter"},
                                    {stubs.leave, "leave"},
                                    {stubs.budget, "budget"},
                                    {stubs.serve, "serve"},
                                    {stubs.abandon, "abandon"}};
    for (std::size_t kind = 0; kind < stubs.look_up.size(); ++kind) {
        for (std::size_t size = 0; size < stubs.look_up[kind].size(); ++size) {
            named.push_back({stubs.look_up[kind][size],
                             fmt::format("look_up_{}_{}", kind == 0 ? "load" : "store", 1 << size)});
        }
    }
    std::erase_if(named, [](const NamedStub& each) { return each.address == 0; });
    std::sort(named.begin(), named.end(),
              [](const NamedStub& a, const NamedStub& b) { return a.address < b.address; });
    return named;
}

}  // namespace vm::native
