#include "cli/row_input.hpp"

#include <dbway/sdk/value_text_json.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>

namespace dbway::cli {

namespace {

constexpr std::size_t names_sample = 1000;  // objects looked at for their keys

// The values keep the digits that were written: tokens are cut out of the line, not converted to numbers and
// back.
class JsonlInput final : public RowInput {
  public:
    explicit JsonlInput(ByteInput& bytes) : bytes_(bytes) {}

    // Consumes the rows it looks at: whoever wants them starts the input over.
    std::vector<std::string> read_names() override {
        std::vector<std::string> names;
        std::string_view text;
        for (std::size_t i = 0; i < names_sample && read_line(text); ++i) {
            if (!nlohmann::json::accept(text)) continue;
            members_.clear();
            arena_.clear();
            if (!split_object(text)) continue;
            for (const Member& member : members_)
                if (std::find(names.begin(), names.end(), member.key) == names.end())
                    names.emplace_back(member.key);
        }
        return names;
    }

    void set_columns(const std::vector<std::string>& names) override { names_ = names; }

    Event next() override {
        std::string_view text;
        do {
            if (!read_line(text)) return Event::end;
        } while (text.find_first_not_of(" \t\r") == std::string_view::npos);
        arena_.clear();
        members_.clear();
        if (!nlohmann::json::accept(text)) return bad("not valid JSON");
        if (!split_object(text)) return bad("not a JSON object");
        InputField absent;
        absent.null = true;
        fields_.assign(names_.size(), absent);
        for (const Member& member : members_) {
            const auto found = std::find(names_.begin(), names_.end(), member.key);
            if (found == names_.end()) return bad("no column \"" + std::string(member.key) + "\"");
            if (!convert(member.token, fields_[static_cast<std::size_t>(found - names_.begin())]))
                return bad("a string that cannot be read");
        }
        return Event::row;
    }

    std::span<const InputField> fields() const override { return fields_; }
    std::uint64_t line() const override { return line_; }
    const std::string& error() const override { return error_; }

  private:
    struct Member {
        std::string_view key, token;
    };

    Event bad(std::string message) {
        error_ = std::move(message);
        return Event::bad;
    }

    bool read_line(std::string_view& text) {
        while (true) {
            const char* const begin = buffer_.data() + at_;
            const auto* end =
                at_ == size_ ? nullptr : static_cast<const char*>(std::memchr(begin, '\n', size_ - at_));
            if (end != nullptr || (ended_ && at_ < size_)) {
                text = {begin, end != nullptr ? static_cast<std::size_t>(end - begin) : size_ - at_};
                at_ += text.size() + (end != nullptr ? 1 : 0);
                if (++line_ == 1 && text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
                return true;
            }
            if (ended_) return false;
            fill();
        }
    }

    void fill() {
        if (at_ > 0) std::memmove(buffer_.data(), buffer_.data() + at_, size_ - at_);
        size_ -= at_;
        at_ = 0;
        if (buffer_.size() - size_ < 64 * 1024)
            buffer_.resize(std::max<std::size_t>(1024 * 1024, buffer_.size() * 2));
        const std::size_t got = bytes_.read({buffer_.data() + size_, buffer_.size() - size_});
        size_ += got;
        ended_ = got == 0;
    }

    // The members of the object on the line, which is valid JSON.
    bool split_object(std::string_view text) {
        using namespace sdk::detail;
        std::size_t at = 0;
        skip_json_blanks(text, at);
        if (at >= text.size() || text[at] != '{') return false;
        ++at;
        for (skip_json_blanks(text, at); text[at] != '}'; skip_json_blanks(text, at)) {
            if (text[at] == ',') ++at;
            skip_json_blanks(text, at);
            const std::size_t key = at;
            if (!skip_json_string(text, at)) return false;
            const auto name = read_json_string(text.substr(key, at - key), arena_);
            if (!name) return false;
            skip_json_blanks(text, at);
            ++at;  // the colon
            skip_json_blanks(text, at);
            const std::size_t value = at;
            if (!skip_json_value(text, at)) return false;
            members_.push_back({*name, text.substr(value, at - value)});
        }
        return true;
    }

    bool convert(std::string_view token, InputField& field) {
        field = {token, token, token == "null", false};
        if (token.front() != '"') return true;
        const auto text = sdk::detail::read_json_string(token, arena_);
        if (!text) return false;
        field.text = *text;
        field.quoted = true;
        return true;
    }

    ByteInput& bytes_;
    std::vector<char> buffer_;
    std::size_t size_ = 0, at_ = 0;
    bool ended_ = false;
    std::uint64_t line_ = 0;
    std::vector<std::string> names_;
    sdk::Arena arena_;
    std::vector<Member> members_;
    std::vector<InputField> fields_;
    std::string error_;
};

}  // namespace

std::unique_ptr<RowInput> make_jsonl_input(ByteInput& bytes) { return std::make_unique<JsonlInput>(bytes); }

}  // namespace dbway::cli
