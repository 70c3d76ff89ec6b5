"""What the operations of CodeBuild work with: its store, whoever runs builds, and roles."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from studiogate.local.call import ApiError
from studiogate.local.codebuild.store import CODEBUILD, Build, Project, Projects
from studiogate.local.iam.vending import Vending


class Runs(Protocol):
    """Runs builds in the background."""

    def begin(self, build: Build) -> None:
        """Have `build` run from now on."""
        ...

    def stop(self, build: Build) -> None:
        """End `build` if it runs."""
        ...


@dataclass(frozen=True, slots=True)
class Backend:
    """The store, the runner, and whose roles can be taken on."""

    projects: Projects
    runs: Runs
    vending: Vending
    uid: Callable[[], str]
    """A new UUID."""

    def hold_role(self, project: Project, arn: str) -> None:
        """Return when CodeBuild may take on the role for this project.

        Raises:
            ApiError: InvalidInputException; there is no such role, or it trusts others.
        """
        if f"::{project.account}:role/" not in arn:
            raise ApiError("InvalidInputException", f"Invalid service role: {arn}")
        path, _ = self.vending.register(
            arn, service=CODEBUILD, session_name="AWSCodeBuild", source_arn=project.arn
        )
        try:
            self.vending.taken_on(path)
        except ApiError as exc:
            raise ApiError(
                "InvalidInputException",
                f"CodeBuild is not authorized to perform: sts:AssumeRole on {arn}",
            ) from exc
        finally:
            self.vending.forget(path)
