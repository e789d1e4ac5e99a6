// SPDX-License-Identifier: Apache-2.0
// Which parameters does a server show, with which values and types? As recorded (facts/mongod/03-data.json).
#include <string_view>

namespace simmongod {

std::string_view recorded_parameters();

std::string_view recorded_parameters() {
  return R"json({
"authSchemaVersion": {"$numberInt": "5"}, 
"authenticationMechanisms": ["MONGODB-X509", "SCRAM-SHA-1", "SCRAM-SHA-256"], 
"authorizationManagerCacheSize": {"$numberInt": "100"}, "authorizationManagerPinnedUsers": [], 
"authorizationManagerPinnedUsersRefreshIntervalMillis": {"$numberLong": "1000"}, 
"bgSyncOplogFetcherBatchSize": {"$numberInt": "13981010"}, 
"changeSyncSourceThresholdMillis": {"$numberLong": "5"}, "clusterAuthMode": "undefined", 
"disableLogicalSessionCacheRefresh": false, "disableNonSSLConnectionLogging": false, 
"disableNonTLSConnectionLogging": false, "enableElectionHandoff": true, "enableLocalhostAuthBypass": true, 
"initialSyncOplogBuffer": "collection", "initialSyncOplogBufferPeekCacheSize": {"$numberInt": "10000"}, 
"initialSyncOplogFetcherBatchSize": {"$numberInt": "13981010"}, "initialSyncSourceReadPreference": "", 
"initialSyncTransientErrorRetryPeriodSeconds": {"$numberInt": "86400"}, 
"internalQueryEnableLoggingV2OplogEntries": true, "journalCommitInterval": {"$numberInt": "100"}, 
"localLogicalSessionTimeoutMinutes": {"$numberInt": "30"}, 
"logicalSessionRefreshMillis": {"$numberInt": "300000"}, 
"maxNumSyncSourceChangesPerHour": {"$numberInt": "3"}, 
"maxNumberOfTransactionOperationsInSingleOplogEntry": {"$numberInt": "2147483647"}, 
"maxOplogTruncationPointsAfterStartup": {"$numberLong": "100"}, 
"maxOplogTruncationPointsDuringStartup": {"$numberLong": "100"}, "maxSessions": {"$numberInt": "1000000"}, 
"maxSyncSourceLagSecs": {"$numberInt": "30"}, "minNumChunksForSessionsCollection": {"$numberInt": "1024"}, 
"minOplogTruncationPoints": {"$numberLong": "10"}, "minSnapshotHistoryWindowInSeconds": {"$numberInt": "5"}, 
"mongosShutdownTimeoutMillisForSignaledShutdown": {"$numberInt": "15000"}, 
"numInitialSyncAttempts": {"$numberInt": "10"}, "numInitialSyncConnectAttempts": {"$numberInt": "10"}, 
"numInitialSyncOplogFindAttempts": {"$numberInt": "3"}, 
"opensslCipherConfig": "HIGH:!EXPORT:!aNULL@STRENGTH", "opensslCipherSuiteConfig": "", 
"opensslDiffieHellmanParameters": "", "oplogApplicationEnforcesSteadyStateConstraints": false, 
"oplogFetcherInitialSyncMaxFetcherRestarts": {"$numberInt": "10"}, 
"oplogFetcherSteadyStateMaxFetcherRestarts": {"$numberInt": "1"}, "oplogFetcherUsesExhaust": true, 
"oplogInitialFindMaxSeconds": {"$numberInt": "60"}, "oplogNetworkTimeoutBufferSeconds": {"$numberInt": "5"}, 
"oplogRetriedFindMaxSeconds": {"$numberInt": "2"}, "oplogSamplingLogIntervalSeconds": {"$numberInt": "10"}, 
"oplogTruncationPointSizeMB": {"$numberInt": "0"}, "recoverFromOplogAsStandalone": false, 
"recoverToOplogTimestamp": "", "replElectionTimeoutOffsetLimitFraction": {"$numberDouble": "0.15"}, 
"rollbackRemoteOplogQueryBatchSize": {"$numberInt": "2000"}, "saslauthdPath": "", 
"shutdownTimeoutMillisForSignaledShutdown": {"$numberInt": "15000"}, "sslMode": "disabled", 
"sslWithholdClientCertificate": false, "startupAuthSchemaValidation": true, 
"suppressNoTLSPeerCertificateWarning": false, "syncdelay": {"$numberDouble": "60.0"}, 
"synchronousServiceExecutorRecursionLimit": {"$numberInt": "8"}, "takeUnstableCheckpointOnShutdown": false, 
"tenantMigrationOplogBufferPeekCacheSize": {"$numberInt": "10000"}, 
"tenantMigrationOplogFetcherBatchSize": {"$numberInt": "13981010"}, 
"testingSnapshotBehaviorInIsolation": false, "tlsCATrusts": null, "tlsMode": "disabled", 
"tlsOCSPStaplingTimeoutSecs": {"$numberInt": "-1"}, "tlsOCSPVerifyTimeoutSecs": {"$numberInt": "5"}, 
"tlsWithholdClientCertificate": false, "tlsX509ExpirationWarningThresholdDays": {"$numberInt": "30"}, 
"ttlMonitorEnabled": true, "ttlMonitorSleepSecs": {"$numberInt": "60"}, 
"wiredTigerSessionCloseIdleTimeSecs": {"$numberInt": "300"}})json";
}

}  // namespace simmongod
