"""The parts of Azure ML's inference server that scoring scripts import."""
