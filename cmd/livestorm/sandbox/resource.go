// This file holds the shapes of successful answers: the JSON:API document, and
// the attributes of each resource with the types that the API documents or that
// captured answers show (https://github.com/Material-Dev/livestorm_ruby,
// https://github.com/ThomasBnf/Conquest). Times are unix seconds. published_at,
// started_at, ended_at and canceled_at are 0 while unset, never null; duration
// is null instead.
//
// The values come from world.go; each operation's file fills its own shapes.

package sandbox

import "net/http"

const (
	typeEvent        = "events"
	typeSession      = "sessions"
	typePerson       = "people"
	typeTag          = "tags"
	typeUser         = "users"
	typeOrganization = "organizations"
	typeAttribute    = "people_attributes"
	typeJob          = "jobs"
	typeTask         = "tasks" // not documented; it follows the address
	typeMessage      = "chat_messages"
	typeQuestion     = "questions"
	typeRecording    = "recordings"
	typeWebhook      = "webhooks"

	roleTeam        = "team_member"
	roleParticipant = "participant"
)

// resource is one JSON:API resource object.
type resource struct {
	ID            string              `json:"id"`
	Type          string              `json:"type"`
	Attributes    any                 `json:"attributes"`
	Relationships map[string]relation `json:"relationships,omitempty"`
}

// relation holds a ref or a list of them.
type relation struct {
	Data any `json:"data"`
}

type ref struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// single answers with one resource. included is left out of the answer when it
// is nil and stands there as [] when it is empty: it was asked for.
func single(status int, data resource, included []resource) *reply {
	return &reply{status: status, body: encode(struct {
		Data     resource   `json:"data"`
		Included []resource `json:"included,omitzero"`
	}{data, included})}
}

// list answers with a page of resources.
func list(data []resource, m *meta, included []resource) *reply {
	return &reply{status: http.StatusOK, body: encode(struct {
		Data     []resource `json:"data"`
		Included []resource `json:"included,omitzero"`
		Meta     *meta      `json:"meta"`
	}{data, included, m})}
}

// noContent is what a DELETE answers (https://developers.livestorm.co/docs/requests).
func noContent() *reply {
	return &reply{status: http.StatusNoContent}
}

// render never returns nil, so that an empty list is [] and not null.
func render[T any](items []T, shape func(T) resource) []resource {
	out := make([]resource, 0, len(items))
	for _, item := range items {
		out = append(out, shape(item))
	}
	return out
}

type eventAttributes struct {
	Title                    string  `json:"title"`
	Slug                     string  `json:"slug"`
	RegistrationLink         string  `json:"registration_link"`
	EstimatedDuration        int     `json:"estimated_duration"`
	RegistrationPageEnabled  bool    `json:"registration_page_enabled"`
	EveryoneCanSpeak         bool    `json:"everyone_can_speak"`
	Description              *string `json:"description"`
	Status                   string  `json:"status"`
	LightRegistrationPage    bool    `json:"light_registration_page_enabled"`
	DetailedRegistrationPage bool    `json:"detailed_registration_page_enabled"` // in the vendor's schema, not in captured answers
	RecordingEnabled         bool    `json:"recording_enabled"`
	RecordingPublic          *bool   `json:"recording_public"`
	ShowInCompanyPage        bool    `json:"show_in_company_page"`
	ChatEnabled              bool    `json:"chat_enabled"`
	PollsEnabled             bool    `json:"polls_enabled"`
	QuestionsEnabled         bool    `json:"questions_enabled"`
	Language                 string  `json:"language"`
	PublishedAt              int64   `json:"published_at"`
	SchedulingStatus         string  `json:"scheduling_status"`
	CreatedAt                int64   `json:"created_at"`
	UpdatedAt                int64   `json:"updated_at"`
	// Owner is a whole people resource, not a ref.
	Owner         resource `json:"owner"`
	SessionsCount int      `json:"sessions_count"`
	Fields        []field  `json:"fields"`
}

// field is a question of an event's registration form.
type field struct {
	ID       string        `json:"id"`
	Type     string        `json:"type"` // text, file and multiple have been seen
	Order    int           `json:"order"`
	Custom   bool          `json:"custom,omitempty"`
	Required bool          `json:"required"`
	Options  *fieldOptions `json:"options,omitempty"`
}

type fieldOptions struct {
	Items           []fieldItem `json:"items"`
	MultipleAnswers bool        `json:"multiple_answers"`
}

type fieldItem struct {
	Value string `json:"value"`
}

// multiple says whether answers to f are arrays of strings.
func (f field) multiple() bool { return f.Options != nil && f.Options.MultipleAnswers }

type sessionAttributes struct {
	EventID            string  `json:"event_id"`
	Status             string  `json:"status"`
	Timezone           string  `json:"timezone"`
	RoomLink           string  `json:"room_link"`
	Name               *string `json:"name"`
	AttendeesCount     int     `json:"attendees_count"`
	Duration           *int64  `json:"duration"` // the unit is not documented: seconds here
	EstimatedStartedAt int64   `json:"estimated_started_at"`
	StartedAt          int64   `json:"started_at"`
	EndedAt            int64   `json:"ended_at"`
	CanceledAt         int64   `json:"canceled_at"`
	CreatedAt          int64   `json:"created_at"`
	UpdatedAt          int64   `json:"updated_at"`
	RegistrantsCount   int     `json:"registrants_count"`
	BreakoutParentID   *string `json:"breakout_room_parent_session_id"`
}

// personAttributes is what every answer says about a person.
type personAttributes struct {
	Role       string  `json:"role"`
	CreatedAt  int64   `json:"created_at"`
	UpdatedAt  int64   `json:"updated_at"`
	Timezone   *string `json:"timezone"`
	FirstName  string  `json:"first_name"`
	LastName   string  `json:"last_name"`
	Email      string  `json:"email"`
	AvatarLink *string `json:"avatar_link"`
}

// eventPersonAttributes is a person under an event.
type eventPersonAttributes struct {
	personAttributes
	RegistrantDetail any `json:"registrant_detail"` // teamDetail or registrantDetail
}

// sessionPersonAttributes is a person under a session.
type sessionPersonAttributes struct {
	eventPersonAttributes
	MessagesCount    int     `json:"messages_count"`
	QuestionsCount   int     `json:"questions_count"`
	VotesCount       int     `json:"votes_count"`
	UpVotesCount     int     `json:"up_votes_count"`
	ReplayViewDetail *string `json:"replay_view_detail"`
}

// teamDetail is all that has been seen for a team member who did not register.
type teamDetail struct {
	EventID   string   `json:"event_id"`
	CreatedAt int64    `json:"created_at"`
	UpdatedAt int64    `json:"updated_at"`
	Fields    []answer `json:"fields"`
}

type registrantDetail struct {
	EventID            string   `json:"event_id"`
	SessionID          string   `json:"session_id"`
	CreatedAt          int64    `json:"created_at"`
	UpdatedAt          int64    `json:"updated_at"`
	Fields             []answer `json:"fields"`
	Referrer           *string  `json:"referrer"`
	UTMSource          *string  `json:"utm_source"`
	UTMMedium          *string  `json:"utm_medium"`
	UTMTerm            *string  `json:"utm_term"`
	UTMContent         *string  `json:"utm_content"`
	UTMCampaign        *string  `json:"utm_campaign"`
	BrowserVersion     *string  `json:"browser_version"`
	BrowserName        *string  `json:"browser_name"`
	OSName             *string  `json:"os_name"`
	OSVersion          *string  `json:"os_version"`
	ScreenHeight       *string  `json:"screen_height"`
	ScreenWidth        *string  `json:"screen_width"`
	IPCity             *string  `json:"ip_city"`
	IPCountryCode      *string  `json:"ip_country_code"`
	IPCountryName      *string  `json:"ip_country_name"`
	PasswordKey        string   `json:"password_key"`
	ConnectionLink     string   `json:"connection_link"`
	Attended           bool     `json:"attended"`
	AttendanceRate     *float64 `json:"attendance_rate"`
	AttendanceDuration int64    `json:"attendance_duration"`
	HasViewedReplay    bool     `json:"has_viewed_replay"`
	RegistrationType   string   `json:"registration_type"`
	IsHighlighted      bool     `json:"is_highlighted"`
	IsGuestSpeaker     bool     `json:"is_guest_speaker"`
	SessionRole        *string  `json:"session_role"`
}

// answer is a field with what one person wrote there: null, a string, or an
// array of strings.
type answer struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Value    any    `json:"value"`
	Required bool   `json:"required"`
	Custom   bool   `json:"custom,omitempty"`
}

type tagAttributes struct {
	Title string `json:"title"`
}

// personAttribute is a question that registration forms can be made of.
type personAttribute struct {
	id          string
	Slug        string   `json:"slug"`
	Name        string   `json:"name"`
	Description *string  `json:"description"`
	Placeholder *string  `json:"placeholder"`
	Type        string   `json:"type"`
	Builtin     bool     `json:"builtin"`
	UserID      *string  `json:"user_id"`
	Options     []string `json:"options"` // the shape is not documented
	CreatedAt   int64    `json:"created_at"`
	UpdatedAt   int64    `json:"updated_at"`
}

type userAttributes struct {
	Role          string  `json:"role"`
	CreatedAt     int64   `json:"created_at"`
	UpdatedAt     int64   `json:"updated_at"`
	FirstName     string  `json:"first_name"`
	LastName      string  `json:"last_name"`
	Email         string  `json:"email"`
	AvatarLink    *string `json:"avatar_link"`
	Locale        string  `json:"locale"`
	PendingInvite bool    `json:"pending_invite"`
	WebsiteLink   *string `json:"website_link"`
	LinkedinLink  *string `json:"linkedin_link"`
	FacebookLink  *string `json:"facebook_link"`
	TwitterHandle *string `json:"twitter_handle"`
}

type organizationAttributes struct {
	Name     string  `json:"name"`
	Slug     string  `json:"slug"`
	ParentID *string `json:"parent_id"`
}

// jobAttributes is how far a job is.
type jobAttributes struct {
	Status              string `json:"status"`
	TotalItems          int    `json:"total_items"`
	TotalProcessedItems int    `json:"total_processed_items"`
	TotalFail           int    `json:"total_fail"`
	TotalSuccess        int    `json:"total_success"`
}

// taskAttributes is one person of a bulk registration. Only this is documented:
// that a task tells its status, a successful one the person's details, and the
// others their errors. All names are a choice.
type taskAttributes struct {
	Status string        `json:"status"`
	Input  object        `json:"input"`
	Person *resource     `json:"person"` // a whole people resource, or null
	Errors []errorObject `json:"errors"`
}

// messageAttributes has the column names of a public schema
// (https://fivetran.com/docs/connectors/applications/livestorm/connector-schema).
type messageAttributes struct {
	AuthorID         string `json:"author_id"`
	FromGuestSpeaker bool   `json:"from_guest_speaker"`
	FromTeamMember   bool   `json:"from_team_member"`
	TextContent      string `json:"text_content"`
	CreatedAt        int64  `json:"created_at"`
}

// questionAttributes has the names of the vendor's schema as a reader of it gives
// them (https://github.com/mindcloud-inc/universal-api-reference). responded_at
// is 0 while there is no response, as other times are; that is a guess.
type questionAttributes struct {
	EventID        string  `json:"event_id"`
	SessionID      string  `json:"session_id"`
	Question       string  `json:"question"`
	Response       *string `json:"response"`
	ResponseOrally bool    `json:"response_orally"`
	RespondedAt    int64   `json:"responded_at"`
	CreatedAt      int64   `json:"created_at"`
	UpdatedAt      int64   `json:"updated_at"`
}

type recordingAttributes struct {
	EventID        string `json:"event_id"`
	SessionID      string `json:"session_id"`
	FileType       string `json:"file_type"`
	MimeType       string `json:"mime_type"`
	FileSize       int64  `json:"file_size"`
	FileName       string `json:"file_name"`
	URL            string `json:"url"`
	URLGeneratedAt int64  `json:"url_generated_at"`
	URLExpiresIn   int    `json:"url_expires_in"`
}

type webhookAttributes struct {
	URL       string `json:"url"`
	Event     string `json:"event"`
	CreatedAt int64  `json:"created_at"`
	UpdatedAt int64  `json:"updated_at"`
}
