// The C++ runtime: unwinding, streams, containers, and an exception thrown out of a signal handler.
#include <csignal>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Counted {
    explicit Counted(int& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    int& count_;
};

int descend(int depth, int& alive) {
    const Counted counted(alive);
    if (depth == 0) {
        throw std::runtime_error("at the bottom");
    }
    return descend(depth - 1, alive) + 1;
}

void on_fault(int) { throw std::logic_error("out of a handler"); }

}  // namespace

int main() {
    int alive = 0;
    try {
        std::cout << descend(100, alive) << '\n';
    } catch (const std::exception& error) {
        std::cout << "caught: " << error.what() << ", alive " << alive << '\n';
    }
    std::map<std::string, std::vector<double>> table;
    for (int i = 0; i < 1000; ++i) {
        table[std::to_string(i % 7)].push_back(i / 3.0);
    }
    for (const auto& [key, values] : table) {
        double sum = 0;
        for (const double value : values) {
            sum += value;
        }
        std::cout << key << ' ' << std::setprecision(10) << sum << '\n';
    }
    std::istringstream words("3 4.5 five");
    int three = 0;
    double number = 0;
    std::string five;
    words >> three >> number >> five;
    std::cout << three << ' ' << number << ' ' << five << '\n';
    std::signal(SIGSEGV, on_fault);
    try {
        *reinterpret_cast<volatile int*>(8) = 1;
    } catch (const std::logic_error& error) {
        std::cout << "caught: " << error.what() << '\n';
    }
    return alive;
}
