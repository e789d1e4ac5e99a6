// SPDX-License-Identifier: Apache-2.0
// CronJob: a Job at each moment of a schedule.
//
// The Job of a moment is named after it (minutes since 1970), so that no moment has two. Of several moments that were
// missed only the latest is caught up with, if startingDeadlineSeconds allows. Moments are UTC: a CronJob with another
// spec.timeZone runs nothing and says so in an Event (UnknownTimeZone), as the real one does of zones it does not know.
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers {

Controller cron_job_controller();

}  // namespace controllers
