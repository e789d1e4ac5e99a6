// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/auth.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "operators/mongodb/wire/base64.hpp"
#include "operators/mongodb/wire/keyfile.hpp"
#include "operators/mongodb/wire/scram_keys.hpp"
#include "sandbox/simmongod/bson_text.hpp"
#include "sandbox/simmongod/parameters.hpp"
#include "sandbox/simmongod/users.hpp"

namespace simmongod {
namespace {

bson::Document failed() {
  return refusal_reply(Err::authentication_failed, "Authentication failed.");
}

std::string nonce(Member& member) {
  std::string bytes;
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t word = member.random.next();
    for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(word >> shift);
  }
  return mongo::to_base64(bytes);
}

bool is_system(const AuthenticatedUser& user) {
  return user.user == mongo::kSystemUser && user.db == mongo::kSystemDatabase;
}

bool is_anonymous_exception(const Member& member, const Client& client) {
  return client.users.empty() && client.loopback && !any_user(member) &&
         flag_parameter(member, "enableLocalhostAuthBypass", true);
}

// Document sequences are not part of what the server prints of a command.
std::string printed(bson::View command) {
  bson::Builder kept;
  for (const bson::Element& field : command) {
    if (field.key != "documents" && field.key != "updates" && field.key != "deletes") kept.append(field.key, field);
  }
  return shell_text(kept.done());
}

bson::Document step(const Conversation& conversation, std::string_view payload, bool done) {
  return bson::Document{{"conversationId", conversation.id},
                        {"done", done},
                        {"payload", bson::Binary{.bytes = std::string(payload), .subtype = 0}}};
}

std::vector<mongo::StoredCredential> credentials_for(const Member& member, const AuthenticatedUser& user,
                                                     mongo::Mechanism mechanism) {
  if (is_system(user)) {
    return mechanism == mongo::Mechanism::scram_sha_1 ? member.system_sha_1 : member.system_sha_256;
  }
  const auto stored = stored_credential_of(member, user, mechanism);
  return stored ? std::vector{*stored} : std::vector<mongo::StoredCredential>{};
}

}  // namespace

bool auth_is_on(const Member& member) {
  return member.options.authorization || !member.options.keys.empty();
}

void prepare_system_credentials(Member& member) {
  const auto prepare = [&member](mongo::Mechanism mechanism, int iterations, std::size_t salt_size) {
    std::vector<mongo::StoredCredential> out;
    const std::string salt = mongo::from_base64(nonce(member)).value_or("").substr(0, salt_size);
    for (const k8s::SecretBytes& key : member.options.keys) {
      const auto prepared = mongo::prepare_password(mechanism, std::string(mongo::kSystemUser), key);
      if (!prepared) continue;
      const auto salted = mongo::salt_password(
          {.mechanism = mechanism, .prepared_password = *prepared, .salt = salt, .iterations = iterations});
      if (salted) out.push_back(mongo::stored_credential(mechanism, *salted, salt, iterations));
    }
    return out;
  };
  member.system_sha_1 = prepare(mongo::Mechanism::scram_sha_1, member.options.scram_sha_1_iterations, 16);
  member.system_sha_256 = prepare(mongo::Mechanism::scram_sha_256, member.options.scram_sha_256_iterations, 24);
}

std::optional<Refusal> authorize(const Member& member, ConnectionId connection, const std::string& db,
                                 bson::View command) {
  const std::string name(command.first_key());
  if (!auth_is_on(member) || is_open_command(name)) return {};
  const auto found = member.clients.find(connection);
  const Client client = found == member.clients.end() ? Client{} : found->second;
  const bool exception = is_anonymous_exception(member, client);
  if (exception && localhost_exception_allows(name, db)) return {};
  if (client.users.empty() && !exception) {
    return refuse(Err::unauthorized, fmt::format("command {} requires authentication", name));
  }
  for (const AuthenticatedUser& user : client.users) {
    if (is_system(user) || roles_allow(roles_of(member, user), name, db)) return {};
  }
  return refuse(Err::unauthorized, fmt::format("not authorized on {} to execute command {}", db, printed(command)));
}

bool may_advance_clock(const Member& member, ConnectionId connection) {
  if (!auth_is_on(member)) return true;
  const auto client = member.clients.find(connection);
  return client != member.clients.end() && std::ranges::any_of(client->second.users, is_system);
}

bson::Document sasl_start(Member& member, ReplyTo to, const std::string& db, bson::View command) {
  Client& client = member.clients[to.connection];
  client.conversation.reset();
  const auto mechanism = mongo::mechanism_from_name(command.string("mechanism").value_or(""));
  if (!mechanism) {
    return refusal_reply(Refusal{.code = 334,
                                 .message = fmt::format("Received authentication for mechanism {} which is unknown or "
                                                        "not enabled",
                                                        command.string("mechanism").value_or(""))});
  }
  const auto payload = command.find("payload");
  std::string first = payload && payload->binary() ? payload->binary()->bytes : std::string();
  mongo::ScramServer opening(*mechanism);
  const auto read = opening.read_first(first);
  if (!read) return failed();
  Conversation conversation{.id = 1, .mechanism = *mechanism};
  conversation.user = AuthenticatedUser{.user = read->user, .db = db};
  conversation.skip_empty = command.flag("options.skipEmptyExchange");
  const auto credentials = credentials_for(member, conversation.user, *mechanism);
  if (credentials.empty()) return failed();
  const std::string server_nonce = nonce(member);
  std::string challenge;
  for (const mongo::StoredCredential& credential : credentials) {
    mongo::ScramServer server(*mechanism);
    if (!server.read_first(first)) return failed();
    challenge = server.challenge(credential, server_nonce);
    conversation.servers.push_back(std::move(server));
  }
  client.conversation = std::move(conversation);
  return step(*client.conversation, challenge, false);
}

bson::Document sasl_continue(Member& member, ReplyTo to, bson::View command) {
  Client& client = member.clients[to.connection];
  if (!client.conversation) return refusal_reply(Refusal{.code = 17, .message = "No SASL session state found"});
  Conversation& conversation = *client.conversation;
  const auto login = [&client, &conversation] {
    if (std::ranges::find(client.users, conversation.user) == client.users.end())
      client.users.push_back(conversation.user);
    const Conversation over = std::move(conversation);
    client.conversation.reset();
    return over;
  };
  if (conversation.proved) return step(login(), "", true);
  const auto payload = command.find("payload");
  const std::string final_message = payload && payload->binary() ? payload->binary()->bytes : std::string();
  for (const mongo::ScramServer& server : conversation.servers) {
    const auto answer_text = server.finish(final_message);
    if (!answer_text) continue;
    if (conversation.skip_empty) return step(login(), *answer_text, true);
    conversation.proved = true;
    return step(conversation, *answer_text, false);
  }
  client.conversation.reset();
  return failed();
}

bson::Document logout(Member& member, ReplyTo to, const std::string& db) {
  std::erase_if(member.clients[to.connection].users, [&db](const AuthenticatedUser& user) { return user.db == db; });
  return {};
}

bson::Document connection_status(const Member& member, ReplyTo to) {
  bson::Array users;
  bson::Array roles;
  const auto client = member.clients.find(to.connection);
  if (client != member.clients.end()) {
    for (const AuthenticatedUser& user : client->second.users) {
      users.append(bson::Document{{"user", user.user}, {"db", user.db}});
      for (const bson::Element& role : roles_of(member, user)) roles.append(role);
    }
  }
  return bson::Document{{"authInfo", bson::Document{{"authenticatedUsers", users}, {"authenticatedUserRoles", roles}}}};
}

}  // namespace simmongod
