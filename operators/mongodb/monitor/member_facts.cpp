// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/monitor/member_facts.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace mongodb {
namespace {

struct StateRow {
  MemberState state;
  std::int64_t number;  // replSetGetStatus.myState
  std::string_view text;
};
constexpr std::array kStates{
    StateRow{MemberState::startup, 0, "STARTUP"},     StateRow{MemberState::primary, 1, "PRIMARY"},
    StateRow{MemberState::secondary, 2, "SECONDARY"}, StateRow{MemberState::recovering, 3, "RECOVERING"},
    StateRow{MemberState::startup2, 5, "STARTUP2"},   StateRow{MemberState::unknown, 6, "UNKNOWN"},
    StateRow{MemberState::arbiter, 7, "ARBITER"},     StateRow{MemberState::down, 8, "DOWN"},
    StateRow{MemberState::rollback, 9, "ROLLBACK"},   StateRow{MemberState::removed, 10, "REMOVED"},
};

constexpr std::array kReaches{
    std::pair{Reach::connecting, std::string_view{"connecting"}},
    std::pair{Reach::unreachable, std::string_view{"unreachable"}},
    std::pair{Reach::unauthenticated, std::string_view{"unauthenticated"}},
    std::pair{Reach::uninitialized, std::string_view{"uninitialized"}},
    std::pair{Reach::removed, std::string_view{"removed"}},
    std::pair{Reach::shutting_down, std::string_view{"shutting_down"}},
    std::pair{Reach::member, std::string_view{"member"}},
};

}  // namespace

std::string to_text(MemberState state) {
  for (const StateRow& row : kStates) {
    if (row.state == state) return std::string{row.text};
  }
  return "UNKNOWN";
}

bool from_text(std::string_view text, MemberState& out) {
  for (const StateRow& row : kStates) {
    if (row.text == text) {
      out = row.state;
      return true;
    }
  }
  return false;
}

MemberState member_state_from_number(std::int64_t number) {
  for (const StateRow& row : kStates) {
    if (row.number == number) return row.state;
  }
  return MemberState::unknown;
}

std::string to_text(Reach reach) {
  for (const auto& [value, text] : kReaches) {
    if (value == reach) return std::string{text};
  }
  return "connecting";
}

bool from_text(std::string_view text, Reach& out) {
  for (const auto& [value, word] : kReaches) {
    if (word == text) {
      out = value;
      return true;
    }
  }
  return false;
}

}  // namespace mongodb
