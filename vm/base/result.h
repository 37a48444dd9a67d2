#pragma once

#include <string>
#include <utility>

#include <fmt/format.h>
#include <tl/expected.hpp>

namespace vm {

// The host failed us, or the user asked for what cannot be done. The message is one line for the user: what
// failed, on what, what to do.
struct Error {
    std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

// fail("cannot open kernel '{}': {}", path, reason): an error for any Result<T>.
template <class... Args>
[[nodiscard]] tl::unexpected<Error> fail(fmt::format_string<Args...> text, Args&&... args) {
    return tl::unexpected<Error>(Error{fmt::format(text, std::forward<Args>(args)...)});
}

}  // namespace vm
