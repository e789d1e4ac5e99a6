// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/opaque.hpp"

namespace cel {
namespace {

const Url& url(const Call& call) {
  return std::get<Url>(call.opaque(0).value);
}

Value query_map(const Call& call) {
  if (!call.budget.charge(url(call).raw_query.size() + 1)) return out_of_budget();
  std::vector<std::pair<Value, Value>> entries;
  for (auto& [key, texts] : query(url(call))) {
    std::vector<Value> values;
    for (const std::string& text : texts) values.push_back(Value::string(text));
    entries.emplace_back(Value::string(key), Value::list(std::move(values)));
  }
  return Value::map(std::move(entries));
}

}  // namespace

void add_urls(FunctionTable& table) {
  table.add("url", "(string)->url", [](const Call& call) {
    if (!call.budget.charge_text(call.text(0).size())) return out_of_budget();
    auto parsed = parse_url(call.text(0));
    if (parsed) return Value::opaque(Opaque{std::move(*parsed)});
    return Value::failure("URL parse error during conversion from string: parse \"" + std::string(call.text(0)) +
                          "\": invalid URI for request");
  });
  table.add("isURL", "(string)->bool", [](const Call& call) {
    if (!call.budget.charge_text(call.text(0).size())) return out_of_budget();
    return Value::boolean(parse_url(call.text(0)).has_value());
  });
  table.add("getScheme", "url.()->string", [](const Call& call) { return Value::string(url(call).scheme); });
  table.add("getHost", "url.()->string", [](const Call& call) { return Value::string(url(call).host); });
  table.add("getHostname", "url.()->string", [](const Call& call) { return Value::string(hostname(url(call))); });
  table.add("getPort", "url.()->string", [](const Call& call) { return Value::string(port(url(call))); });
  table.add("getEscapedPath", "url.()->string", [](const Call& call) { return Value::string(url(call).escaped_path); });
  table.add("getQuery", "url.()->map(string, list(string))", query_map);
}

}  // namespace cel
