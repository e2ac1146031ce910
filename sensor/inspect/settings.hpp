// SPDX-License-Identifier: Apache-2.0
// From the run's settings to those of each stage.
#pragma once

#include "rules/match/engine.hpp"
#include "sensor/config/config.hpp"
#include "sensor/decode/decode.hpp"
#include "sensor/flow/flow_table.hpp"
#include "sensor/inspect/reporter.hpp"
#include "sensor/stream/reassembly.hpp"

namespace weir {

[[nodiscard]] DecoderConfig decoder_config(const Config& config);
[[nodiscard]] FlowConfig flow_config(const Config& config);
[[nodiscard]] StreamConfig stream_config(const Config& config);
[[nodiscard]] ReporterConfig reporter_config(const Config& config, const EveConfig& eve);
[[nodiscard]] Action contract_action(const Config& config);
[[nodiscard]] rules::EngineLimits engine_limits(const Config& config);

}  // namespace weir
