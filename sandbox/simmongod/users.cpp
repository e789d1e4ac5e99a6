// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/users.hpp"

#include <fmt/format.h>

#include "operators/mongodb/wire/base64.hpp"
#include "operators/mongodb/wire/bson_edit.hpp"
#include "sandbox/simmongod/bson_order.hpp"
#include "sandbox/simmongod/changes.hpp"

namespace simmongod {
namespace {

constexpr std::string_view kUsers = "admin.system.users";

std::optional<bson::Document> find_user(const Member& member, const std::string& db, const std::string& user) {
  const bson::Document id{{"_id", db + "." + user}};
  return member.store.by_id(std::string(kUsers), *id.find("_id"));
}

bson::Document roles_from(bson::View command, const std::string& db) {
  bson::Array roles;
  for (const bson::Element& role : command.sub("roles")) {
    if (const auto name = role.string()) {
      roles.append(bson::Document{{"role", *name}, {"db", db}});
    } else {
      roles.append(role);
    }
  }
  return roles.as_document();
}

bson::Array as_array(bson::View list) {
  bson::Array out;
  for (const bson::Element& item : list) out.append(item);
  return out;
}

std::string salt_of(Member& member, std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    const std::uint64_t word = member.random.next();
    for (int shift = 0; shift < 64 && bytes.size() < size; shift += 8) bytes += static_cast<char>(word >> shift);
  }
  return bytes;
}

std::optional<bson::Document> credential_document(Member& member, mongo::Mechanism mechanism, const std::string& user,
                                                  const std::string& password) {
  const bool sha_1 = mechanism == mongo::Mechanism::scram_sha_1;
  const int iterations = sha_1 ? member.options.scram_sha_1_iterations : member.options.scram_sha_256_iterations;
  const std::string salt = salt_of(member, sha_1 ? 16 : 28);
  const auto prepared = mongo::prepare_password(mechanism, user, k8s::SecretBytes(password));
  if (!prepared) return {};
  const auto salted = mongo::salt_password(
      {.mechanism = mechanism, .prepared_password = *prepared, .salt = salt, .iterations = iterations});
  if (!salted) return {};
  const mongo::StoredCredential stored = mongo::stored_credential(mechanism, *salted, salt, iterations);
  return bson::Document{{"iterationCount", stored.iterations},
                        {"salt", mongo::to_base64(stored.salt)},
                        {"storedKey", mongo::to_base64(stored.stored_key)},
                        {"serverKey", mongo::to_base64(stored.server_key)}};
}

std::optional<bson::Document> credentials(Member& member, bson::View command, const std::string& user) {
  const std::string password = command.string("pwd").value_or("");
  bson::Builder out;
  for (const auto mechanism : {mongo::Mechanism::scram_sha_1, mongo::Mechanism::scram_sha_256}) {
    bool wanted = !command.has("mechanisms");
    for (const bson::Element& name : command.sub("mechanisms"))
      wanted = wanted || name.string() == mongo::name(mechanism);
    if (!wanted) continue;
    const auto credential = credential_document(member, mechanism, user, password);
    if (!credential) return {};
    out.append(mongo::name(mechanism), *credential);
  }
  return out.done();
}

bson::Array mechanism_names(bson::View user) {
  bson::Array out;
  for (const bson::Element& credential : user.sub("credentials")) out.append(std::string(credential.key));
  return out;
}

bson::Document shown(bson::View user, bool with_credentials) {
  bson::Builder out;
  for (const std::string_view key : {"_id", "userId", "user", "db"}) {
    if (const auto field = user.find(key)) out.append(key, *field);
  }
  if (with_credentials) out.append("credentials", user.sub("credentials"));
  if (user.has("customData")) out.append("customData", *user.find("customData"));
  out.append("roles", as_array(user.sub("roles"))).append("mechanisms", mechanism_names(user));
  return out.done();
}

// A dropped user loses its log-ins; one with a new password keeps them, as on the server.
void forget_logins(Member& member, const AuthenticatedUser& gone) {
  for (auto& [id, client] : member.clients) std::erase(client.users, gone);
}

}  // namespace

bool any_user(const Member& member) {
  const Collection* users = member.store.find(std::string(kUsers));
  return users != nullptr && !users->records.empty();
}

bson::Document roles_of(const Member& member, const AuthenticatedUser& user) {
  const auto found = find_user(member, user.db, user.user);
  return found ? as_array(found->sub("roles")).as_document() : bson::Document{};
}

std::optional<mongo::StoredCredential> stored_credential_of(const Member& member, const AuthenticatedUser& user,
                                                            mongo::Mechanism mechanism) {
  const auto found = find_user(member, user.db, user.user);
  if (!found) return {};
  const bson::View credential = found->sub("credentials").sub(mongo::name(mechanism));
  if (credential.empty()) return {};
  const auto decoded = [&credential](std::string_view key) {
    return mongo::from_base64(credential.string(key).value_or("")).value_or("");
  };
  return mongo::StoredCredential{.salt = decoded("salt"),
                                 .iterations = static_cast<int>(credential.number("iterationCount").value_or(0)),
                                 .stored_key = decoded("storedKey"),
                                 .server_key = decoded("serverKey")};
}

std::optional<bson::Array> mechanisms_of(const Member& member, const std::string& qualified) {
  const std::size_t dot = qualified.find('.');
  if (dot == std::string::npos) return {};
  if (qualified == "local.__system" && !member.options.keys.empty()) return bson::Array{"SCRAM-SHA-1", "SCRAM-SHA-256"};
  const auto found = find_user(member, qualified.substr(0, dot), qualified.substr(dot + 1));
  if (!found) return {};
  return mechanism_names(*found);
}

bson::Document create_user(Member& member, const std::string& db, bson::View command) {
  const std::string user = command.string("createUser").value_or("");
  if (user.empty()) return refusal_reply(Err::bad_value, "User document needs 'user' field to be non-empty");
  if (!command.has("roles")) {
    return refusal_reply(
        Refusal{.code = 40414, .message = "BSON field 'createUser.roles' is missing but a required field"});
  }
  ensure_collection(member, std::string(kUsers));
  const Timestamp at = next_timestamp(member);  // taken even when the insert fails on a duplicate
  if (find_user(member, db, user)) {
    return refusal_reply(Refusal{.code = 51003, .message = fmt::format("User \"{}@{}\" already exists", user, db)});
  }
  const auto keys = credentials(member, command, user);
  if (!keys) return refusal_reply(Err::bad_value, "Error preflighting UTF-8 conversion: invalid password");
  bson::Builder document;
  document.append("_id", db + "." + user).append("userId", new_uuid(member)).append("user", user).append("db", db);
  document.append("credentials", *keys);
  if (command.has("customData")) document.append("customData", *command.find("customData"));
  document.append("roles", as_array(roles_from(command, db)));
  log_change(member, LocalChange{.op = "i", .ns = std::string(kUsers), .o = document.done(), .at = at});
  return {};
}

bson::Document update_user(Member& member, const std::string& db, bson::View command) {
  const std::string user = command.string("updateUser").value_or("");
  const auto before = find_user(member, db, user);
  if (!before) return refusal_reply(Err::user_not_found, fmt::format("User {}@{} not found", user, db));
  bson::Document now = *before;
  if (command.has("pwd") || command.has("mechanisms")) {
    const auto keys = credentials(member, command, user);
    if (!keys) return refusal_reply(Err::bad_value, "Error preflighting UTF-8 conversion: invalid password");
    now = bson::with(now, "credentials", *keys);
  }
  if (command.has("roles")) now = bson::with(now, "roles", as_array(roles_from(command, db)));
  if (command.has("customData")) now = bson::with(now, "customData", *command.find("customData"));
  log_change(member, LocalChange{.op = "u",
                                 .ns = std::string(kUsers),
                                 .o = diff_entry(*before, now),
                                 .o2 = bson::Document{{"_id", db + "." + user}}});
  return {};
}

bson::Document drop_user(Member& member, const std::string& db, bson::View command) {
  const std::string user = command.string("dropUser").value_or("");
  if (!find_user(member, db, user)) {
    return refusal_reply(Err::user_not_found, fmt::format("User '{}@{}' not found", user, db));
  }
  log_change(member, LocalChange{.op = "d", .ns = std::string(kUsers), .o = bson::Document{{"_id", db + "." + user}}});
  forget_logins(member, AuthenticatedUser{.user = user, .db = db});
  return {};
}

bson::Document users_info(const Member& member, const std::string& db, bson::View command) {
  const bool with_credentials = command.flag("showCredentials");
  const auto which = *command.find("usersInfo");
  bson::Array out;
  const auto add = [&](const std::string& in, const std::string& user) {
    if (const auto found = find_user(member, in, user)) out.append(shown(*found, with_credentials));
  };
  const auto add_named = [&](const bson::Element& named) {
    if (const auto text = named.string()) return add(db, *text);
    add(named.sub().string("db").value_or(db), named.sub().string("user").value_or(""));
  };
  if (which.is_array()) {
    for (const bson::Element& named : which.sub()) add_named(named);
  } else if (!is_number(which) && !which.sub().has("forAllDBs")) {
    add_named(which);
  } else if (const Collection* users = member.store.find(std::string(kUsers))) {
    for (const auto& [record, user] : users->records) {
      if (user.string("db") == db || which.sub().has("forAllDBs")) out.append(shown(user, with_credentials));
    }
  }
  return bson::Document{{"users", out}};
}

}  // namespace simmongod
