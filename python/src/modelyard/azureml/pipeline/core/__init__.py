"""``azureml.pipeline.core``: graphs of steps, their runs, and what is published of them."""

from __future__ import annotations

from ...names import lazy_names

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "InputPortBinding": ".graph",
        "InputPortDef": ".graph",
        "Module": ".module",
        "ModuleVersion": ".module",
        "OutputPortBinding": ".graph",
        "OutputPortDef": ".graph",
        "Pipeline": ".pipeline",
        "PipelineData": ".builder",
        "PipelineDraft": ".pipeline_draft",
        "PipelineEndpoint": ".pipeline_endpoint",
        "PipelineParameter": ".graph",
        "PipelineRun": ".run",
        "PipelineStep": ".builder",
        "PortDataReference": ".run",
        "PublishedPipeline": ".published_pipeline",
        "Schedule": ".schedule",
        "ScheduleRecurrence": ".schedule",
        "StepRun": ".run",
        "StepRunOutput": ".run",
        "StepSequence": ".builder",
    },
)
