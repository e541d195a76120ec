"""The repositories that the gateway reads from, over one pool."""

from storage.absences import AbsenceRepository
from storage.api_keys import ApiKeyRepository
from storage.approvals import ApprovalRepository
from storage.attachments import AttachmentRepository
from storage.audit import AuditRepository
from storage.backlog import BacklogRepository
from storage.conversations import ConversationRepository
from storage.customers import CustomerRepository
from storage.database import Database
from storage.desk_cards import DeskCardRepository
from storage.desk_clicks import DeskClickRepository
from storage.desk_people import DeskPeopleRepository
from storage.drafts import DraftRepository
from storage.explaining import ExplainingRepository
from storage.figures import FigureRepository
from storage.guarded_calls import GuardedCallRepository
from storage.inbox import InboxRepository
from storage.inbox_rows import InboxRowRepository
from storage.journeys import JourneyRepository
from storage.measures import MeasureRepository
from storage.notes import NoteRepository
from storage.people import PeopleRepository
from storage.presences import PresenceRepository
from storage.quarantine import QuarantineRepository
from storage.questions import QuestionRepository
from storage.records import RecordRepository
from storage.rooms import RoomRepository
from storage.searching import SearchRepository
from storage.sending import SendingRepository
from storage.sign_ins import SignInRepository
from storage.specs import SpecRepository
from storage.suggestions import SuggestionRepository
from storage.supervision import SupervisionRepository
from storage.threads import ThreadRepository
from storage.tool_calls import ToolCallRepository
from storage.trust import TrustRepository
from storage.vendors import VendorStateRepository


class Store:
    """One attribute per aggregate."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.absences = AbsenceRepository(database)
        self.api_keys = ApiKeyRepository(database)
        self.approvals = ApprovalRepository(database)
        self.attachments = AttachmentRepository(database)
        self.audit = AuditRepository(database)
        self.backlog = BacklogRepository(database)
        self.conversations = ConversationRepository(database)
        self.customers = CustomerRepository(database)
        self.explaining = ExplainingRepository(database)
        self.figures = FigureRepository(database)
        self.guarded_calls = GuardedCallRepository(database)
        self.desk_cards = DeskCardRepository(database)
        self.desk_clicks = DeskClickRepository(database)
        self.desk_people = DeskPeopleRepository(database)
        self.drafts = DraftRepository(database)
        self.inbox = InboxRepository(database)
        self.inbox_rows = InboxRowRepository(database)
        self.journeys = JourneyRepository(database)
        self.measures = MeasureRepository(database)
        self.people = PeopleRepository(database)
        self.quarantine = QuarantineRepository(database)
        self.questions = QuestionRepository(database)
        self.records = RecordRepository(database)
        self.sign_ins = SignInRepository(database)
        self.sending = SendingRepository(database)
        self.notes = NoteRepository(database)
        self.presences = PresenceRepository(database)
        self.quarantine = QuarantineRepository(database)
        self.questions = QuestionRepository(database)
        self.records = RecordRepository(database)
        self.rooms = RoomRepository(database)
        self.searching = SearchRepository(database)
        self.specs = SpecRepository(database)
        self.suggestions = SuggestionRepository(database)
        self.supervision = SupervisionRepository(database)
        self.threads = ThreadRepository(database)
        self.tool_calls = ToolCallRepository(database)
        self.trust = TrustRepository(database)
        self.vendors = VendorStateRepository(database)
