#pragma once

#include <functional>
#include <memory>
#include <utility>

namespace suites::common {

// What several cases share, made when the first of them runs: describing the suite costs nothing.
template <class T>
class Lazy {
  public:
    explicit Lazy(std::function<std::unique_ptr<T>()> make) : make_(std::move(make)) {}

    T& operator()() {
        if (made_ == nullptr) {
            made_ = make_();
        }
        return *made_;
    }

  private:
    std::function<std::unique_ptr<T>()> make_;
    std::unique_ptr<T> made_;
};

// lazy<T>(arguments...), to be copied into the bodies of cases.
template <class T, class... Arguments>
std::shared_ptr<Lazy<T>> lazy(Arguments... arguments) {
    return std::make_shared<Lazy<T>>([=] { return std::make_unique<T>(arguments...); });
}

}  // namespace suites::common
