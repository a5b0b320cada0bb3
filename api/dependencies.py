"""What routes are given."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.problems import reader_language
from api.services import Services
from rag.errors import MessageLanguage


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]
ReaderLanguage = Annotated[MessageLanguage, Depends(reader_language)]
