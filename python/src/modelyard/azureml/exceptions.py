"""``azureml.exceptions``: the names that scripts catch."""

from __future__ import annotations

from typing import Any, Optional


class AzureMLException(Exception):
    """The base of the surface's errors. ``message`` is the text; ``inner_exception`` what caused it."""

    def __init__(self, exception_message: str = "", inner_exception: Optional[BaseException] = None, **details: Any) -> None:
        super().__init__(exception_message)
        self._message = exception_message
        self.inner_exception = inner_exception
        self.details = details

    @property
    def message(self) -> str:
        return self._message

    @message.setter
    def message(self, value: str) -> None:
        self._message = value
        self.args = (value,)


class UserErrorException(AzureMLException):
    """What was asked for is not valid."""


class ServiceException(AzureMLException):
    """The server refused a request for another reason."""


class AuthenticationException(AzureMLException):
    """Not signed in, or the role does not allow it."""


class ProjectSystemException(AzureMLException):
    """A workspace or its configuration file is not usable."""


class WorkspaceException(ProjectSystemException):
    """There is no such workspace, or it is there already."""


class ComputeTargetException(AzureMLException):
    """There is no such compute target, or what was asked of it is not valid."""


class ExperimentExecutionException(AzureMLException):
    """A run could not be started or did not end well."""


class ActivityFailedException(ExperimentExecutionException):
    """A run that was waited for failed."""


class ExperimentNotFoundException(AzureMLException):
    """There is no such experiment."""


class RunEnvironmentException(AzureMLException):
    """The code does not run inside a run."""


class RunConfigurationException(AzureMLException):
    """A run configuration is not valid."""


class SnapshotException(AzureMLException):
    """The folder could not be kept with the run."""


class ModelNotFoundException(AzureMLException):
    """There is no such model."""


class ModelPathNotFoundException(AzureMLException):
    """The run has no file or folder of that name."""


class WebserviceException(AzureMLException):
    """A model or a web service is not valid, not there, or did not come up."""

    def __init__(self, exception_message: str = "", status_code: Optional[int] = None, logger: Any = None, **details: Any) -> None:
        super().__init__(exception_message, **details)
        self.status_code = status_code


class ImageException(AzureMLException):
    """An image is not valid or not there."""


class DatastoreNotFoundException(UserErrorException):
    """There is no such datastore."""


class DatasetNotFoundException(UserErrorException):
    """There is no such dataset."""
