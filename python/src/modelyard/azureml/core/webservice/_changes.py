"""Settings that ``update`` takes."""

from __future__ import annotations

from typing import Any, Mapping

from ...exceptions import WebserviceException

_setting_names = {
    "collect_model_data": "collect",
    "enable_app_insights": "appInsights",
    "cpu_cores": "cpu",
    "memory_gb": "memoryGb",
    "num_replicas": "replicas",
    "autoscale_min_replicas": "replicas",
    "scoring_timeout_ms": "timeoutMs",
    "replica_max_concurrent_requests": "concurrency",
    "max_request_wait_time": "queueWaitMs",
}
_without_effect = {"autoscale_enabled", "autoscale_max_replicas", "autoscale_refresh_seconds", "autoscale_target_utilization", "gpu_cores", "period_seconds", "initial_delay_seconds", "timeout_seconds", "success_threshold", "failure_threshold", "namespace", "cpu_cores_limit", "memory_gb_limit", "is_default", "traffic_percentile"}


def changed_settings(given: "Mapping[str, Any]", auth_mode: str) -> "dict[str, Any]":
    """Settings as the plan has them; those that cannot be changed are refused."""
    changes: "dict[str, Any]" = {}
    for name, value in given.items():
        if value is None or name in _without_effect:
            continue
        if name in ("auth_enabled", "token_auth_enabled"):
            is_so = auth_mode == ("key" if name == "auth_enabled" else "token")
            if bool(value) != is_so:
                raise WebserviceException(f"{name} cannot be changed while the service is there; deploy it anew with overwrite=True.")
        elif name in _setting_names:
            changes[_setting_names[name]] = value
        else:
            raise WebserviceException(f"update() takes no {name}; it takes models, inference_config, tags, properties, {', '.join(sorted(_setting_names))}.")
    return changes
