#include "harness/formats/node.h"

#include <algorithm>
#include <cmath>

namespace harness::formats {

namespace {

using Json = nlohmann::json;
using Pointer = Json::json_pointer;

const Json kNull;

std::string field_name(Pointer path) {
    std::string name;
    for (; !path.empty(); path.pop_back()) {
        const std::string& step = path.back();
        const bool is_index = step.find_first_not_of("0123456789") == std::string::npos && !step.empty();
        const std::string shown = is_index ? fmt::format("[{}]", step) : one_line(step);
        const bool joined = name.empty() || name.front() == '[';
        name.insert(0, joined ? shown : shown + ".");
    }
    return name;
}

}  // namespace

std::string one_line(std::string_view text) {
    std::string out(text);
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    std::ranges::replace_if(out, is_control, ' ');
    return out;
}

void Complaints::add(const Pointer& path, std::string_view what) {
    if (error_) return;
    const std::string field = field_name(path);
    error_ = document_->error_at(document_->line_of(path),
                                 fmt::format("{} {}", field.empty() ? "the document" : field, what));
}

Node::Node(Complaints& complaints) : complaints_(&complaints), value_(complaints.document().json()) {}

const Json& Node::json() const { return value_ == nullptr ? kNull : *value_; }

std::string Node::field() const { return field_name(path_); }

void Node::complain(std::string_view what) const { complaints_->add(path_, what); }

Node Node::member(std::string_view key) const {
    const Pointer path = path_ / std::string(key);
    if (!ok()) return {*complaints_, nullptr, path};
    if (!json().is_object()) {
        complain("must be an object");
        return {*complaints_, nullptr, path};
    }
    const auto found = value_->find(std::string(key));
    if (found == value_->end()) {
        complaints_->add(path, "is missing");
        return {*complaints_, nullptr, path};
    }
    return {*complaints_, &*found, path};
}

std::optional<Node> Node::find(std::string_view key) const {
    if (!json().is_object()) return std::nullopt;
    const auto found = value_->find(std::string(key));
    if (found == value_->end() || found->is_null()) return std::nullopt;
    return Node(*complaints_, &*found, path_ / std::string(key));
}

double Node::number() const {
    if (!ok()) return 0;
    if (!json().is_number()) {
        complain("must be a number");
        return 0;
    }
    return value_->get<double>();
}

double Node::amount() const {
    const double value = number();
    if (value < 0) complain(fmt::format("is {}, less than zero", value));
    return ok() ? value : 0;
}

std::int64_t Node::count() const {
    constexpr double kLargest = 9007199254740992.0;  // 2^53: whole numbers are exact up to here
    const double value = number();
    if (!(value >= 0 && value <= kLargest && value == std::floor(value))) {
        complain("must be a whole number from 0 to 2^53");
    }
    return ok() ? static_cast<std::int64_t>(value) : 0;
}

std::string Node::text() const {
    if (!ok()) return {};
    if (!json().is_string()) {
        complain("must be text");
        return {};
    }
    const auto& text = value_->get_ref<const std::string&>();
    if (text.empty()) complain("must not be empty");
    return one_line(text);
}

std::string Node::optional_text(std::string_view key) const {
    const auto found = find(key);
    return found && found->json().is_string() ? one_line(found->json().get<std::string>()) : "";
}

std::vector<Node> Node::elements() const {
    std::vector<Node> nodes;
    if (!ok()) return nodes;
    if (!json().is_array()) {
        complain("must be an array");
        return nodes;
    }
    for (std::size_t i = 0; i < value_->size(); ++i)
        nodes.push_back({*complaints_, &(*value_)[i], path_ / i});
    return nodes;
}

std::vector<std::pair<std::string, Node>> Node::members() const {
    std::vector<std::pair<std::string, Node>> nodes;
    if (!ok()) return nodes;
    if (!json().is_object()) {
        complain("must be an object");
        return nodes;
    }
    for (const auto& [key, value] : value_->items()) {
        nodes.emplace_back(key, Node(*complaints_, &value, path_ / key));
    }
    return nodes;
}

}  // namespace harness::formats
