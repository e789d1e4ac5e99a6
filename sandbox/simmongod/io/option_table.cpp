// SPDX-License-Identifier: Apache-2.0
// Which options does mongod know, and what may be their values?
#include <algorithm>
#include <array>

#include "sandbox/simmongod/io/settings.hpp"

namespace simmongod {
namespace {

struct Row {
  std::string_view name;
  OptionType type;
};
using enum OptionType;

constexpr std::array kOptions{
    Row{"auditLog.destination", text},
    Row{"auditLog.filter", text},
    Row{"auditLog.format", text},
    Row{"auditLog.path", text},
    Row{"net.bindIp", text},
    Row{"net.bindIpAll", boolean},
    Row{"net.compression.compressors", text},
    Row{"net.ipv6", boolean},
    Row{"net.listenBacklog", integer},
    Row{"net.maxIncomingConnections", integer},
    Row{"net.port", integer},
    Row{"net.serviceExecutor", text},
    Row{"net.tls.CAFile", text},
    Row{"net.tls.CRLFile", text},
    Row{"net.tls.FIPSMode", boolean},
    Row{"net.tls.allowConnectionsWithoutCertificates", boolean},
    Row{"net.tls.allowInvalidCertificates", boolean},
    Row{"net.tls.allowInvalidHostnames", boolean},
    Row{"net.tls.certificateKeyFile", text},
    Row{"net.tls.certificateKeyFilePassword", text},
    Row{"net.tls.clusterAuthX509.attributes", text},
    Row{"net.tls.clusterCAFile", text},
    Row{"net.tls.clusterFile", text},
    Row{"net.tls.clusterPassword", text},
    Row{"net.tls.disabledProtocols", text},
    Row{"net.tls.logVersions", text},
    Row{"net.tls.mode", text},
    Row{"net.unixDomainSocket.enabled", boolean},
    Row{"net.unixDomainSocket.filePermissions", integer},
    Row{"net.unixDomainSocket.pathPrefix", text},
    Row{"net.wireObjectCheck", boolean},
    Row{"operationProfiling.filter", text},
    Row{"operationProfiling.mode", text},
    Row{"operationProfiling.slowOpSampleRate", real},
    Row{"operationProfiling.slowOpThresholdMs", integer},
    Row{"processManagement.fork", boolean},
    Row{"processManagement.pidFilePath", text},
    Row{"processManagement.timeZoneInfo", text},
    Row{"replication.enableMajorityReadConcern", boolean},
    Row{"replication.oplogSizeMB", integer},
    Row{"replication.replSet", text},
    Row{"replication.replSetName", text},
    Row{"security.authorization", text},
    Row{"security.clusterAuthMode", text},
    Row{"security.clusterIpSourceAllowlist", anything},
    Row{"security.javascriptEnabled", boolean},
    Row{"security.keyFile", text},
    Row{"security.redactClientLogData", boolean},
    Row{"security.transitionToAuth", boolean},
    Row{"sharding.clusterRole", text},
    Row{"storage.dbPath", text},
    Row{"storage.directoryPerDB", boolean},
    Row{"storage.engine", text},
    Row{"storage.journal.commitIntervalMs", integer},
    Row{"storage.journal.enabled", boolean},
    Row{"storage.oplogMinRetentionHours", real},
    Row{"storage.syncPeriodSecs", real},
    Row{"storage.wiredTiger.collectionConfig.blockCompressor", text},
    Row{"storage.wiredTiger.engineConfig.cacheSizeGB", real},
    Row{"storage.wiredTiger.engineConfig.cacheSizePct", real},
    Row{"storage.wiredTiger.engineConfig.configString", text},
    Row{"storage.wiredTiger.engineConfig.directoryForIndexes", boolean},
    Row{"storage.wiredTiger.engineConfig.journalCompressor", text},
    Row{"storage.wiredTiger.engineConfig.maxCacheOverflowFileSizeGB", real},
    Row{"storage.wiredTiger.engineConfig.zstdCompressionLevel", integer},
    Row{"storage.wiredTiger.indexConfig.prefixCompression", boolean},
    Row{"systemLog.destination", text},
    Row{"systemLog.logAppend", boolean},
    Row{"systemLog.logRotate", text},
    Row{"systemLog.path", text},
    Row{"systemLog.quiet", boolean},
    Row{"systemLog.syslogFacility", text},
    Row{"systemLog.timeStampFormat", text},
    Row{"systemLog.traceAllExceptions", boolean},
    Row{"systemLog.verbosity", integer},
};

}  // namespace

std::optional<OptionType> option_type(const std::string& name) {
  if (name.starts_with("setParameter.") || name.starts_with("systemLog.component.")) return anything;
  const auto found = std::ranges::find(kOptions, name, &Row::name);
  if (found == kOptions.end()) return {};
  return found->type;
}

}  // namespace simmongod
