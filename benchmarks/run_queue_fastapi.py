"""The other side of run_queue.py: a FastAPI service whose asynchronous POST stores one row for each run.

The endpoint as FastAPI's documentation writes one for a SQL database: a function that is no coroutine,
a session of SQLAlchemy, the row committed before the answer, and a background task that would start
the run, which does nothing here. The request and the answer are those of the registry's API.
"""

import collections
import datetime
import os
import uuid

from fastapi import BackgroundTasks, Depends, FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import Column, DateTime, Float, Index, Integer, String, Text, create_engine
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import Session, declarative_base, sessionmaker

engine = create_engine(os.environ["DATABASE_URL"], pool_size=16)
new_session = sessionmaker(bind=engine)
Base = declarative_base()
started = collections.deque(maxlen=1)  # what the background task is given


class StoredRun(Base):
    __tablename__ = "service_runs"
    __table_args__ = (Index("service_runs_dataset_key", "dataset_key"), Index("service_runs_created_at", "created_at"))

    run_id = Column(UUID(as_uuid=True), primary_key=True)
    dataset_key = Column(String(256), nullable=False)
    model_id = Column(String(256), nullable=False)
    mode = Column(String(16), nullable=False)
    status = Column(String(16), nullable=False)
    exit_code = Column(Integer)
    stdout = Column(Text, nullable=False, default="")
    stderr = Column(Text, nullable=False, default="")
    message = Column(Text, nullable=False)
    output_dir = Column(String(512), nullable=False)
    learning_rate = Column(Float, nullable=False)
    num_epochs = Column(Integer, nullable=False)
    batch_size = Column(Integer, nullable=False)
    max_seq_length = Column(Integer, nullable=False)
    duration_seconds = Column(Float)
    created_at = Column(DateTime(timezone=True), nullable=False)
    started_at = Column(DateTime(timezone=True), nullable=False)
    completed_at = Column(DateTime(timezone=True))


class RunRequest(BaseModel):
    dataset_key: str = Field(min_length=1, max_length=256)
    model_id: str = Field(min_length=1, max_length=256)
    output_dir: str = Field(None, min_length=1, max_length=512)
    dry_run: bool = True
    learning_rate: float = Field(2e-5, gt=0, le=1)
    num_epochs: int = Field(3, ge=1, le=100)
    batch_size: int = Field(8, ge=1, le=512)
    max_seq_length: int = Field(2048, ge=128, le=32768)


class RunAnswer(BaseModel):
    run_id: str
    status: str
    mode: str
    dataset_key: str
    model_id: str
    output_dir: str
    exit_code: int = None
    stdout: str
    stderr: str
    duration_seconds: float = None
    started_at: datetime.datetime
    completed_at: datetime.datetime = None
    message: str


app = FastAPI()
Base.metadata.create_all(engine)


def session():
    opened = new_session()
    try:
        yield opened
    finally:
        opened.close()


@app.post("/api/tunix/run", response_model=RunAnswer)
def run(request: RunRequest, background: BackgroundTasks, mode: str = "sync", db: Session = Depends(session)):
    now = datetime.datetime.now(datetime.timezone.utc)
    run_id = uuid.uuid4()
    stored = StoredRun(
        run_id=run_id, dataset_key=request.dataset_key, model_id=request.model_id, status="pending", stdout="",
        stderr="", mode="dry-run" if request.dry_run else "local", created_at=now, started_at=now,
        message=("Dry-run" if request.dry_run else "Local") + " execution pending",
        output_dir=request.output_dir or "./output/tunix_run_%s" % run_id, learning_rate=request.learning_rate,
        num_epochs=request.num_epochs, batch_size=request.batch_size, max_seq_length=request.max_seq_length)
    answer = RunAnswer(
        run_id=str(run_id), status=stored.status, mode=stored.mode, dataset_key=stored.dataset_key,
        model_id=stored.model_id, output_dir=stored.output_dir, stdout="", stderr="", started_at=now,
        message=stored.message)
    db.add(stored)
    db.commit()
    background.add_task(started.append, run_id)
    return answer
