// SPDX-License-Identifier: Apache-2.0
// Job: pods that run to their end, until enough of them succeeded or too many failed.
//
// A pod is counted exactly once, however it goes: it carries the finalizer batch.kubernetes.io/job-tracking; when it
// has ended its uid is first written to status.uncountedTerminatedPods, then the finalizer is removed, then the uid
// becomes part of the count (tally.hpp). A Job that is to end first says so (SuccessCriteriaMet, FailureTarget),
// removes its running pods, and is Complete or Failed once they are counted. Retries wait 10 s, 20 s … 10 min after the
// last failure.
//
// Left out: backoffLimitPerIndex, podFailurePolicy, successPolicy, podReplacementPolicy, managedBy.
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers {

Controller job_controller();
// Removes Jobs that ended spec.ttlSecondsAfterFinished ago.
Controller job_ttl_controller();

}  // namespace controllers
