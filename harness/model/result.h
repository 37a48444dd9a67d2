#pragma once

#include <string>
#include <utility>

#include <fmt/format.h>
#include <tl/expected.hpp>

namespace harness {

// One line for the user: what failed, on what, what to do.
struct Error {
    std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

// Makes the error value of any Result: `return fail("cannot open '{}'", path);`
template <class... Args>
[[nodiscard]] tl::unexpected<Error> fail(fmt::format_string<Args...> format, Args&&... args) {
    return tl::unexpected(Error{fmt::format(format, std::forward<Args>(args)...)});
}

}  // namespace harness
