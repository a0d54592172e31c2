// The rules, with their examples. `connectorgen rules` and docs/rules.md are
// rendered from this table.

package manifest

var rulebook = []LintRule{
	// The file.
	{
		Code: "not-utf8", Formats: []string{"the file is not text in UTF-8"},
		Summary:     "the file is not text in UTF-8",
		Explanation: "A manifest is text in UTF-8. Editors call it an encoding; save the file as UTF-8, without another one in between.",
		Bad:         "overview: Caf\xe9.\n",
		Good:        "overview: Café.\n",
	},
	{
		Code: "invisible-character",
		Formats: []string{
			"the invisible character U+%04X cannot stand in a manifest",
			"the invisible character U+%04X cannot stand in a text",
		},
		Summary:     "a character that nobody sees",
		Explanation: "Control characters, and those that hide text or reorder it, have no use in a manifest and plenty in an attack: a reviewer reads one thing and the generator another. Remove the character; editors show it as a box or not at all.",
		Bad:         "overview: A\u200bdemo.\n",
		Good:        "overview: A demo.\n",
	},
	{
		Code: "too-large",
		Formats: []string{
			"the manifest is larger than %d MiB",
			"the manifest has more than %d entries",
			"%s has %d entries",
			"the actions up to here take more than %d parameters",
		},
		Summary:     "the manifest is larger than any connector",
		Explanation: "A manifest is bounded, so that nobody waits for a file that is no manifest: 16 MiB, 1,500,000 entries, 10,000 entries in one mapping or list, 200,000 parameters of all actions together. Five thousand actions fit. Split an API that is larger into several connectors.",
	},
	{
		Code: "too-many-faults", Formats: []string{"%d faults are listed, the rest is not"},
		Summary:     "there are more faults than are listed",
		Explanation: "After a thousand faults the report ends. Mend those first; often one of them has caused many others.",
	},
	{
		Code: "empty-manifest", Formats: []string{"the manifest is empty"},
		Summary:     "the file holds nothing",
		Explanation: "A manifest begins with `manifest: 1`, the version of the language.",
		Whole:       true,
		Bad:         "# nothing yet\n",
		Good:        smallestManifest,
	},
	{
		Code: "second-document", Formats: []string{"a second YAML document begins"},
		Summary:     "a second YAML document begins",
		Explanation: "YAML lets several documents stand in one file, separated by `---`. A connector is one manifest, and a manifest is one file.",
		Bad:         "overview: A demo.\n---\noverview: Another demo.\n",
		Good:        "overview: A demo.\n",
	},
	{
		Code: "yaml-syntax", Formats: []string{"this is not YAML: %s"},
		Summary:     "the file is not YAML",
		Explanation: "The YAML reader could not go on. It names the line where it noticed; the cause is there or shortly before: a quote or a bracket that is not closed, a tab in the indentation, a colon or a `#` in a text without quotes.",
		Bad:         "overview: \"A demo.\n",
		Good:        "overview: \"A demo.\"\n",
	},

	// The shape.
	{
		Code:        "anchor",
		Formats:     []string{"anchors and aliases are not part of the language", "anchors, aliases and merge keys are not part of the language"},
		Summary:     "anchors, aliases and merge keys are not part of the language",
		Explanation: "They are the way to manifests that grow without bound, and to surprises. What actions share is declared once and named: parameters in `groups`, frames in `bodies`, ways of paging in `paging`.",
		Bad:         "limits: &limits [At most five calls a second.]\n",
		Good:        "limits: [At most five calls a second.]\n",
	},
	{
		Code: "tag", Formats: []string{"the tag %s is not part of the language"},
		Summary:     "tags are not part of the language",
		Explanation: "A YAML tag such as `!!str` says how a value is to be read. The language knows that for every place already.",
		Bad:         "overview: !!str A demo.\n",
		Good:        "overview: A demo.\n",
	},
	{
		Code: "wrong-kind", Formats: []string{"%s must be %s, but it is %s", "%s must be a list, but it is %s"},
		Summary:     "a mapping, a list or a value stands where another is wanted",
		Explanation: "A mapping holds `key: value` entries, a list holds entries after dashes or in brackets. docs/manifest.md says for every key which of them it takes.",
		Bad:         "limits: At most five calls a second.\n",
		Good:        "limits: [At most five calls a second.]\n",
	},
	{
		Code: "text-wanted", Formats: []string{"%s must be text, but it is %s"},
		Summary:     "YAML reads a number, a boolean or a date where text is wanted",
		Explanation: "YAML guesses: `1.0` is a number to it, `yes` and `true` are booleans, `2026-01-31` is a date. In quotes each of them is text.",
		Bad:         "title: 2048\n",
		Good:        "title: \"2048\"\n",
	},
	{
		Code: "number-wanted", Formats: []string{"%s must be a whole number, but it is %s", "%s must be a number, but it is %s"},
		Summary:     "a number is wanted",
		Explanation: "Write digits, without quotes, underscores and leading zeros. A fraction is for the few places that take one.",
		Bad:         "budgets: [{ calls: \"5\", per: 1s }]\n",
		Good:        "budgets: [{ calls: 5, per: 1s }]\n",
	},
	{
		Code: "boolean-wanted", Formats: []string{"%s must be true or false, but it is %s", "%s is %s"},
		Summary:     "true or false is wanted",
		Explanation: "Write `true` or `false`, in lower case and without quotes. Words such as `yes` and `on` are texts to some readers of YAML and booleans to others.",
		Bad: `actions:
  send_mail:
    description: Send a mail.
    request: POST /mails
    repeatable: yes
    returns: none
`,
		Good: `actions:
  send_mail:
    description: Send a mail.
    request: POST /mails
    repeatable: true
    returns: none
`,
	},
	{
		Code: "duplicate-key", Formats: []string{"%s stands here twice, first in line %d"},
		Summary:     "a key stands twice in one mapping",
		Explanation: "One of the two would be lost without a word. Remove the one that is not meant, or rename it.",
		Bad:         "title: Demo\ntitle: Another demo\n",
		Good:        "title: Demo\n",
	},
	{
		Code: "missing-key", Formats: []string{"%s has no %s"},
		Summary:     "a required key is missing",
		Explanation: "docs/manifest.md sets the required keys of every mapping in bold. The place of this fault is the beginning of what lacks the key.",
		Bad: `actions:
  get_events:
    description: Get the events.
    request: GET /events
`,
		Good: `actions:
  get_events:
    description: Get the events.
    request: GET /events
    returns: { data: { list: data } }
`,
	},
	{
		Code: "unknown-key", Formats: []string{"%s has no key %s"},
		Summary:     "the language has no such key here",
		Explanation: "Keys that mean nothing would be ignored silently, so they are refused. The cure names the nearest key that may stand here; docs/manifest.md lists them all.",
		Bad:         "titel: Demo\n",
		Good:        "title: Demo\n",
	},
	{
		Code: "key-not-text", Formats: []string{"a key must be text, but this is %s"},
		Summary:     "a key is not text",
		Explanation: "YAML reads keys such as `1`, `true` or `null` as something else than text. Put the key in quotes, or give it a name.",
		Bad: `headers:
  1: one
`,
		Good: `headers:
  "1": one
`,
	},
	{
		Code: "name-form", Formats: []string{"%s cannot be the name of an entry of %s"},
		Summary:     "a name has characters that names of its kind cannot have",
		Explanation: "Actions, parameters, groups and whatever else an author names have lower-case letters, digits and underscores, a letter first: they become names in Go, in files and at the command line. Constants of a body are named by their path, headers by their name in HTTP.",
		Bad: `actions:
  Get-Events: { description: Get the events., request: GET /events, returns: none }
`,
		Good: `actions:
  get_events: { description: Get the events., request: GET /events, returns: none }
`,
	},
	{
		Code: "too-long", Formats: []string{"the key %s is %d characters long", "%s is %d characters long"},
		Summary:     "a key or a text is too long",
		Explanation: "Keys have at most 64 characters, since names of actions become names of files. Texts are bounded too, generously: the message names the bound.",
		Bad: `actions:
  get_the_events_of_the_workspace_that_began_within_the_last_thirty_days:
    description: Get the events of the last thirty days.
    request: GET /events
    returns: none
`,
		Good: `actions:
  get_recent_events:
    description: Get the events of the last thirty days.
    request: GET /events
    returns: none
`,
	},
	{
		Code: "fixed-value", Formats: []string{"%s must be %s"},
		Summary:     "only one value may stand here",
		Explanation: "`manifest` is the version of the language, and this generator reads version 1.",
		Bad:         "manifest: 2\n",
		Good:        "manifest: 1\n",
	},
	{
		Code: "number-range", Formats: []string{"%s must be at least %d, but it is %d", "%s must be at most %d, but it is %d"},
		Summary:     "a number is too small or too large",
		Explanation: "The message names the bound. docs/manifest.md says what the number is for.",
		Bad:         "budgets: [{ calls: 0, per: 1s }]\n",
		Good:        "budgets: [{ calls: 1, per: 1s }]\n",
	},
	{
		Code: "value-not-allowed", Formats: []string{"%s cannot be %s"},
		Summary:     "a text is not of the form, or not among the words, that may stand here",
		Explanation: "Some keys take one word of a few, others a text of a certain form: an https address, a version, a method and a path. The cure names the nearest word, or the form with an example.",
		Bad:         "base_url: http://api.example.com/\n",
		Good:        "base_url: https://api.example.com\n",
	},
	{
		Code: "empty-text", Formats: []string{"%s is empty"},
		Summary:     "a text says nothing",
		Explanation: "Write something, or remove the key if it is optional.",
		Bad:         "overview: \" \"\n",
		Good:        "overview: A demo.\n",
	},
	{
		Code: "line-break", Formats: []string{"a line break cannot stand here"},
		Summary:     "a text that is one line has a line break",
		Explanation: "Titles, names and the like are shown on one line. Descriptions may have several.",
		Bad:         "title: |\n  Demo\n  of a title\n",
		Good:        "title: Demo of a title\n",
	},
	{
		Code: "entry-count", Formats: []string{"%s has %d %s"},
		Summary:     "a mapping or a list has too few or too many entries",
		Explanation: "A group without parameters, a connector without actions or a list of no statuses says nothing; some mappings hold exactly one entry. The cure names the number.",
		Bad: `groups:
  filters: {}
`,
		Good: `groups:
  filters: { title: { in: query, description: Title of the events. } }
`,
	},
	{
		Code: "value-not-json", Formats: []string{"%s is %s, which JSON does not know"},
		Summary:     "a value is one that JSON does not know",
		Explanation: "Values that are sent or shown are JSON: dates, hexadecimal numbers, `.inf` and the like are YAML's own. Put it in quotes, or write a plain number.",
		Bad:         "query: { since: 2026-01-31 }\n",
		Good:        "query: { since: \"2026-01-31\" }\n",
	},
	{
		Code: "nested-too-deep", Formats: []string{"%s is nested more than %d deep"},
		Summary:     "a value is nested deeper than anybody reads",
		Explanation: "Values in a manifest are bounded, so that nobody waits for them. Make it flatter.",
	},

	// What the parts say about each other.
	{
		Code: "unknown-reference", Formats: []string{"there is no %s %s", "there is no group %s", "there is no type %s"},
		Summary:     "a name refers to nothing",
		Explanation: "Bodies, paging, hosts, auth schemes, groups, types and parameters are referred to by name. The cure names the nearest one that is declared, or all of them.",
		Bad: `paging:
  numbered: { mode: page, page: page, first: 1, next: meta.next_page }
actions:
  list_events:
    description: List the events.
    request: GET /events
    paging: numberd
    returns: { data: { list: data } }
`,
		Good: `paging:
  numbered: { mode: page, page: page, first: 1, next: meta.next_page }
actions:
  list_events:
    description: List the events.
    request: GET /events
    paging: numbered
    returns: { data: { list: data } }
`,
	},
	{
		Code: "placeholder-unknown", Formats: []string{"this text has no placeholder %s"},
		Summary:     "a text has a placeholder that nothing fills",
		Explanation: "The texts of errors are templates: `status` takes `{status}` and `{detail}`, `failed` takes `{reason}`, `timeout` takes none.",
		Bad:         "texts:\n  failed: \"Call failed: {cause}, {reason}\"\n",
		Good:        "texts:\n  failed: \"Call failed: {reason}\"\n",
	},
	{
		Code: "placeholder-count", Formats: []string{"the text holds %s %d times"},
		Summary:     "a text does not hold a placeholder exactly once",
		Explanation: "An error text without its detail hides why a call failed. Each placeholder of a text stands in it once.",
		Bad:         "texts:\n  failed: Call failed.\n",
		Good:        "texts:\n  failed: \"Call failed: {reason}\"\n",
	},
	{
		Code: "header-twice", Formats: []string{"the header %s stands here twice, first in line %d"},
		Summary:     "a constant header stands twice",
		Explanation: "Names of headers are the same in any case of their letters.",
		Bad:         "headers:\n  X-Client: demo\n  x-client: another\n",
		Good:        "headers:\n  X-Client: demo\n",
	},
	{
		Code: "header-of-credential", Formats: []string{"the header %s carries the credential"},
		Summary:     "a constant header is the one that carries the credential",
		Explanation: "The auth scheme sends this header with the tenant's own secret. A constant would overwrite it, and a secret never stands in a manifest.",
		Bad: `headers:
  Authorization: Bearer demo
auth:
  token:
    type: bearer_token
    title: Token
    fields: { token: { title: Token, env: DEMO_TOKEN } }
    send: { header: Authorization, value: "Bearer {token}" }
`,
		Good: `auth:
  token:
    type: bearer_token
    title: Token
    fields: { token: { title: Token, env: DEMO_TOKEN } }
    send: { header: Authorization, value: "Bearer {token}" }
`,
	},
	{
		Code: "header-of-runtime", Formats: []string{"the header %s is set by the runtime"},
		Summary:     "a header is set by the runtime",
		Explanation: "Content-Type comes from the body; Host, Content-Length, Accept-Encoding and others describe how the request is sent, which is not the manifest's to say.",
		Bad:         "headers: { Host: api.example.com }\n",
		Good:        "headers: { Accept: application/json }\n",
	},
	{
		Code: "auth-named-none", Formats: []string{"an auth scheme cannot be called none: actions say that for no scheme"},
		Summary:     "an auth scheme is called none",
		Explanation: "An action says `auth: none` when it needs no credential, so no scheme can have that name.",
		Bad: `auth:
  none:
    type: api_key
    title: Key
    fields: { key: { title: Key, env: DEMO_KEY } }
    send: { header: X-Api-Key, value: "{key}" }
`,
		Good: `auth:
  key:
    type: api_key
    title: Key
    fields: { key: { title: Key, env: DEMO_KEY } }
    send: { header: X-Api-Key, value: "{key}" }
`,
	},
	{
		Code: "auth-field-unknown", Formats: []string{"%s is not a field of this scheme"},
		Summary:     "what is sent names a field that the scheme does not have",
		Explanation: "The word in braces is a key under `fields` of the same scheme.",
		Bad: `auth:
  key:
    type: api_key
    title: Key
    fields: { key: { title: Key, env: DEMO_KEY } }
    send: { header: X-Api-Key, value: "{api_key}" }
`,
		Good: `auth:
  key:
    type: api_key
    title: Key
    fields: { key: { title: Key, env: DEMO_KEY } }
    send: { header: X-Api-Key, value: "{key}" }
`,
	},
	{
		Code: "auth-test-parameter", Formats: []string{"a credential test has no parameters"},
		Summary:     "the request that tests a credential has a parameter",
		Explanation: "The host runs the test with the credential and nothing else. Use a request that needs no more: the account, the version, a ping.",
		Bad: `auth:
  key:
    type: api_key
    title: Key
    fields: { key: { title: Key, env: DEMO_KEY } }
    send: { header: X-Api-Key, value: "{key}" }
    test: { request: "GET /users/{user_id}" }
`,
		Good: `auth:
  key:
    type: api_key
    title: Key
    fields: { key: { title: Key, env: DEMO_KEY } }
    send: { header: X-Api-Key, value: "{key}" }
    test: { request: GET /me }
`,
	},
	{
		Code: "page-size-incomplete", Formats: []string{"the page size has a name but no value", "the page size has a value but no name"},
		Summary:     "the page size has only one of name and value",
		Explanation: "`size` is the name in the query, `items` the number that is sent. The largest page that the API allows costs the fewest calls.",
		Bad:         "paging:\n  numbered: { mode: page, page: page, first: 1, next: meta.next_page, size: per_page }\n",
		Good:        "paging:\n  numbered: { mode: page, page: page, first: 1, next: meta.next_page, size: per_page, items: 50 }\n",
	},
	{
		Code: "page-size-same-name", Formats: []string{"the page size has the same query name as the page number"},
		Summary:     "page number and page size have one name in the query",
		Explanation: "One of them would not be sent.",
		Bad:         "paging:\n  numbered: { mode: page, page: page, first: 1, next: meta.next_page, size: page, items: 50 }\n",
		Good:        "paging:\n  numbered: { mode: page, page: page, first: 1, next: meta.next_page, size: per_page, items: 50 }\n",
	},
	{
		Code: "body-place-clash",
		Formats: []string{
			"%s and %s (line %d) cannot both be in the body: one is inside the other",
			"the parameters cannot be at %s: the constant %s is a text",
		},
		Summary:     "constants and parameters of a body do not fit into one JSON object",
		Explanation: "A path leads through objects. Where one path ends in a text, no other path can lead on.",
		Bad: `bodies:
  event:
    constants: { data: event }
    parameters: data.attributes
`,
		Good: `bodies:
  event:
    constants: { data.type: event }
    parameters: data.attributes
`,
	},
	{
		Code: "request-without-body", Formats: []string{"a %s request has no body", "a %s request has no body for the parameter %s"},
		Summary:     "a GET or DELETE request is given a body",
		Explanation: "Servers and proxies drop the body of such a request, or refuse it. Send the parameter in the query, or use the method that the API documents.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      title: { in: body, description: Title of the events. }
    returns: { data: { list: data } }
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      title: { in: query, description: Title of the events. }
    returns: { data: { list: data } }
`,
	},
	{
		Code: "repeatable-already", Formats: []string{"a %s request may always be repeated"},
		Summary:     "repeatable is said of a request that always is",
		Explanation: "GET, PUT and DELETE mean the same when they are sent twice. `repeatable` says so of a POST or PATCH that the API treats alike.",
		Bad: `actions:
  get_me: { description: Get the account., request: GET /me, repeatable: true, returns: none }
`,
		Good: `actions:
  get_me: { description: Get the account., request: GET /me, returns: none }
`,
	},
	{
		Code: "verify", Formats: []string{"the action %s only reads: there is nothing to look up", "the action %s does more than read", "the action %s needs the parameter %s"},
		Summary:     "verify does not look a write up with a reading action",
		Explanation: "`verify` belongs to an action that changes something, names one that only reads, and gives it all that it needs out of the input of the write.",
		Bad: `actions:
  list_people:
    description: List the people with an address.
    request: GET /people
    parameters:
      email: { in: query, required: true, description: The address. }
    returns: { data: { object: $ } }
  register:
    description: Register a person.
    request: POST /people
    parameters:
      name: { in: body, required: true, description: The name. }
    verify: { action: register, with: { name: name } }
    returns: none
`,
		Good: `actions:
  list_people:
    description: List the people of a name.
    request: GET /people
    parameters:
      name: { in: query, required: true, description: The name. }
    returns: { data: { object: $ } }
  register:
    description: Register a person.
    request: POST /people
    parameters:
      name: { in: body, required: true, description: The name. }
    verify: { action: list_people, with: { name: name } }
    returns: none
`,
	},
	{
		Code: "path-segment", Formats: []string{"the path has the segment %s", "the base URL has a dot segment"},
		Summary:     "a path has an empty segment or one of dots",
		Explanation: "`//`, `/./` and `/../` are removed by some programs on the way and kept by others, so that the request may end elsewhere. Write the path as it is meant. One slash at its end is sent as it stands.",
		Bad: `actions:
  get_events: { description: Get the events., request: GET /events//new, returns: none }
`,
		Good: `actions:
  get_events: { description: Get the events., request: GET /events/new, returns: none }
`,
	},
	{
		Code: "path-character", Formats: []string{"the path has characters that it cannot have: %s"},
		Summary:     "a path has characters that it cannot have",
		Explanation: "The query begins at `?`, and its parameters are declared with `in: query`. Other characters are written as %XX in an address; a path of a manifest has none that need it.",
		Bad: `actions:
  list_events: { description: List the events., request: "GET /events?all=true", returns: none }
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      all: { in: query, type: boolean, description: Whether past events are listed too. }
    returns: none
`,
	},
	{
		Code: "path-parameter-undeclared", Formats: []string{"the path has a parameter %s that the action does not declare"},
		Summary:     "the path names a parameter that the action does not declare",
		Explanation: "What stands in braces in the path is the name of one of the action's parameters, its own or one of a group that it takes in.",
		Bad: `actions:
  get_event:
    description: Get an event.
    request: GET /events/{evnt_id}
    parameters:
      event_id: { description: The ID of the event., in: query }
    returns: none
`,
		Good: `actions:
  get_event:
    description: Get an event.
    request: GET /events/{event_id}
    parameters:
      event_id: { description: The ID of the event. }
    returns: none
`,
	},
	{
		Code: "path-parameter-twice", Formats: []string{"the parameter %s is in the path twice"},
		Summary:     "a parameter is in the path twice",
		Explanation: "Each segment in braces takes a parameter of its own.",
		Bad: `actions:
  compare_events:
    description: Compare two events.
    request: GET /events/{event_id}/with/{event_id}
    parameters:
      event_id: { description: The ID of the event. }
    returns: none
`,
		Good: `actions:
  compare_events:
    description: Compare two events.
    request: GET /events/{event_id}/with/{other_id}
    parameters:
      event_id: { description: The ID of the event. }
      other_id: { description: The ID of the other event. }
    returns: none
`,
	},
	{
		Code: "path-parameter-elsewhere", Formats: []string{"the parameter %s is named in the path, so it cannot be in the %s"},
		Summary:     "a parameter that the path names says that it is elsewhere",
		Explanation: "A parameter has one place. Being named in the path is enough; `in` may be left out.",
		Bad: `actions:
  get_event:
    description: Get an event.
    request: GET /events/{event_id}
    parameters:
      event_id: { in: query, description: The ID of the event. }
    returns: none
`,
		Good: `actions:
  get_event:
    description: Get an event.
    request: GET /events/{event_id}
    parameters:
      event_id: { description: The ID of the event. }
    returns: none
`,
	},
	{
		Code: "path-parameter-unnamed", Formats: []string{"the parameter %s is in the path, but the path does not name it"},
		Summary:     "a parameter says that it is in the path, which does not name it",
		Explanation: "Name it in braces where its value belongs.",
		Bad: `actions:
  get_event:
    description: Get an event.
    request: GET /events
    parameters:
      event_id: { in: path, description: The ID of the event. }
    returns: none
`,
		Good: `actions:
  get_event:
    description: Get an event.
    request: GET /events/{event_id}
    parameters:
      event_id: { in: path, description: The ID of the event. }
    returns: none
`,
	},
	{
		Code: "path-parameter-optional", Formats: []string{"the parameter %s is in the path, so it is always required"},
		Summary:     "a parameter in the path is called optional",
		Explanation: "Without it there would be no path. Remove `required`.",
		Bad: `actions:
  get_event:
    description: Get an event.
    request: GET /events/{event_id}
    parameters:
      event_id: { required: false, description: The ID of the event. }
    returns: none
`,
		Good: `actions:
  get_event:
    description: Get an event.
    request: GET /events/{event_id}
    parameters:
      event_id: { description: The ID of the event. }
    returns: none
`,
	},
	{
		Code: "path-parameter-wire", Formats: []string{"a parameter in the path has no name on the wire"},
		Summary:     "a parameter in the path has a wire name",
		Explanation: "Only its value is sent, at its place in the path. The braces hold the parameter's own name.",
		Bad: `actions:
  get_event:
    description: Get an event.
    request: GET /events/{event_id}
    parameters:
      event_id: { wire: id, description: The ID of the event. }
    returns: none
`,
		Good: `actions:
  get_event:
    description: Get an event.
    request: GET /events/{event_id}
    parameters:
      event_id: { description: The ID of the event. }
    returns: none
`,
	},
	{
		Code: "parameter-twice", Formats: []string{"the parameter %s is taken twice, first in line %d"},
		Summary:     "an action takes a parameter twice",
		Explanation: "A group that is taken in brings its parameters with it. Remove the action's own, or give it another name.",
		Bad: `groups:
  common:
    title: { in: query, description: Title of the event. }
actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      +common: {}
      title: { in: query, description: Title of the event. }
    returns: none
`,
		Good: `groups:
  common:
    title: { in: query, description: Title of the event. }
actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      +common: {}
    returns: none
`,
	},
	{
		Code: "parameter-without-place", Formats: []string{"the parameter %s has no place"},
		Summary:     "a parameter says nowhere where it is sent",
		Explanation: "Where a value goes is said, never guessed: `in: query`, `in: header` or `in: body`. Only parameters that the path names need no place.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      title: { description: Title of the events. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      title: { in: query, description: Title of the events. }
    returns: none
`,
	},
	{
		Code: "header-name", Formats: []string{"%s cannot be the name of a header"},
		Summary:     "a parameter in the header has a name that headers cannot have",
		Explanation: "Names of headers have letters, digits and a few signs, no brackets, colons or spaces.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      trace: { in: header, wire: "X-Trace[id]", description: ID of the trace. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      trace: { in: header, wire: X-Trace-Id, description: ID of the trace. }
    returns: none
`,
	},
	{
		Code: "pairs-same-name", Formats: []string{"key and value of the pairs have one name"},
		Summary:     "key and value of pairs have one name",
		Explanation: "Each pair is an object with two members: one takes the key, the other the value.",
		Bad: `actions:
  register:
    description: Register a person.
    request: POST /people
    parameters:
      fields: { in: body, type: object, encode: { pairs: { key: id, value: id } }, description: Fields of the form. }
    returns: none
`,
		Good: `actions:
  register:
    description: Register a person.
    request: POST /people
    parameters:
      fields: { in: body, type: object, encode: { pairs: { key: id, value: value } }, description: Fields of the form. }
    returns: none
`,
	},
	{
		Code: "omit-required", Formats: []string{"the parameter %s is required, so it is never left out"},
		Summary:     "a required parameter says when it is left out",
		Explanation: "`omit` is about optional parameters. Remove it, or make the parameter optional.",
		Bad: `actions:
  create_event:
    description: Create an event.
    request: POST /events
    parameters:
      title: { in: body, required: true, omit: empty, description: Title of the event. }
    returns: none
`,
		Good: `actions:
  create_event:
    description: Create an event.
    request: POST /events
    parameters:
      title: { in: body, omit: empty, description: Title of the event. }
    returns: none
`,
	},
	{
		Code: "place-taken", Formats: []string{"%s in the %s is taken twice, by %s and by %s"},
		Summary:     "two values of a request have one place",
		Explanation: "Parameters, paging, constant headers, the credential and the constants of a body share a request. Each place and name on the wire is taken once, headers in any case of their letters.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      title: { in: query, wire: "filter[title]", description: Title of the events. }
      name: { in: query, wire: "filter[title]", description: Name of the events. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      title: { in: query, wire: "filter[title]", description: Title of the events. }
      name: { in: query, wire: "filter[name]", description: Name of the events. }
    returns: none
`,
	},
	{
		Code: "result-field-reserved", Formats: []string{"%s is a field of every envelope already"},
		Summary:     "the result would be a field that every envelope has",
		Explanation: "Every envelope begins with `success` and `error`. Call the field `data`, or what it holds.",
		Bad: `actions:
  get_me: { description: Get the account., request: GET /me, returns: { success: { object: data } } }
`,
		Good: `actions:
  get_me: { description: Get the account., request: GET /me, returns: { data: { object: data } } }
`,
	},
	{
		Code: "paging-without-list", Formats: []string{"only a list has pages"},
		Summary:     "an action is paged and returns no list",
		Explanation: "The pages of a list are joined into one. Declare the list, or remove `paging`.",
		Bad: `paging:
  numbered: { mode: page, page: page, first: 1, next: meta.next_page }
actions:
  list_events:
    description: List the events.
    request: GET /events
    paging: numbered
    returns: { data: { object: data } }
`,
		Good: `paging:
  numbered: { mode: page, page: page, first: 1, next: meta.next_page }
actions:
  list_events:
    description: List the events.
    request: GET /events
    paging: numbered
    returns: { data: { list: data } }
`,
	},
	{
		Code: "success-without-body", Formats: []string{"an answer with status %d has no body to return"},
		Summary:     "something is returned from an answer that has no body",
		Explanation: "HTTP gives answers with status 204 or 205 no body.",
		Bad: `actions:
  delete_event:
    description: Delete an event.
    request: DELETE /events/{event_id}
    parameters:
      event_id: { description: The ID of the event. }
    success: [204]
    returns: { data: { object: data } }
`,
		Good: `actions:
  delete_event:
    description: Delete an event.
    request: DELETE /events/{event_id}
    parameters:
      event_id: { description: The ID of the event. }
    success: [204]
    returns: none
`,
	},
	{
		Code: "unknown-hole", Formats: []string{"there is nothing called %s to fill in"},
		Summary:     "a hole in a text has a name that nothing has",
		Explanation: "`{name}` in a text is filled with a parameter of the action or what an earlier step took, `{auth.field}` with a field of the credential, `{$uuid}`, `{$now}`, `{$unix}` and `{$idempotency_key}` by the runtime.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    query: { q: "title:{titel}" }
    parameters:
      title: { in: query, description: Title of the events. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    query: { q: "title:{title}" }
    parameters:
      title: { in: none, description: Title of the events. }
    returns: none
`,
	},
	{
		Code: "pattern-syntax", Formats: []string{"this is not a regular expression: %s"},
		Summary:     "a pattern is not a regular expression",
		Explanation: "Patterns are written in RE2, the syntax of Go: https://pkg.go.dev/regexp/syntax. It has no look-around and no back references.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      day: { in: query, pattern: "^[0-9{8}$", description: The day. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      day: { in: query, pattern: "^[0-9]{8}$", description: The day. }
    returns: none
`,
	},
	{
		Code: "jq-program", Formats: []string{"this is not a jq program: %s"},
		Summary:     "a jq program does not compile",
		Explanation: "Programs are compiled when the manifest is read: https://jqlang.org/manual. The parameters of the action are `$input`, the status of the answer is `$status`.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    returns: { ids: { jq: "[.data[] | .id", type: list } }
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    returns: { ids: { jq: "[.data[] | .id]", type: list } }
`,
	},
	{
		Code: "host-named-default", Formats: []string{"the host default is the base address itself"},
		Summary:     "a host is called default",
		Explanation: "`default` is the name of `base_url` where a host is chosen.",
		Bad:         "hosts: { default: https://uploads.example.com }\n",
		Good:        "hosts: { uploads: https://uploads.example.com }\n",
	},
	{
		Code: "failure-rule", Formats: []string{"one rule of failure says several things", "the rule of failure looks at no member", "a prefix or a program looks at the whole body, so it has no path"},
		Summary:     "a rule of failure does not say one thing",
		Explanation: "A rule looks at the member at `path`, which `is` one of some values, is not (`unless`) or is `missing`; or it looks at the whole body with `prefix` or `jq`. Several signs are several rules.",
		Bad:         "errors: { failures: [{ is: error }] }\n",
		Good:        "errors: { failures: [{ path: status, is: error }] }\n",
	},
	{
		Code: "message-two-ways", Formats: []string{"a message is at a path or made by a program, not both"},
		Summary:     "an error message is found in two ways",
		Explanation: "Either `path` and `text` say where the message is, or `jq` makes it. Messages are tried in order, so two ways are two entries.",
		Bad:         "errors: { messages: [{ path: error, jq: .error.message }] }\n",
		Good:        "errors: { messages: [{ jq: .error.message }] }\n",
	},
	{
		Code: "auth-place", Formats: []string{"the credential has no place", "the credential has several places in one entry"},
		Summary:     "an entry of send has no place or several",
		Explanation: "An entry says one place: `header`, `query`, `body` or `basic`. A credential that is sent in several places has a list of entries.",
		Bad: `auth:
  key:
    type: api_key
    title: Key
    fields:
      key: { title: Key, env: DEMO_KEY }
    send: { value: "{key}" }
`,
		Good: `auth:
  key:
    type: api_key
    title: Key
    fields:
      key: { title: Key, env: DEMO_KEY }
    send: { header: X-Api-Key, value: "{key}" }
`,
	},
	{
		Code: "auth-value", Formats: []string{"nothing says what is sent", "the value holds no field of the credential", "basic authentication says itself what is sent"},
		Summary:     "what is sent is not made of the credential",
		Explanation: "`value` is a text with a field in braces: `{key}`, `Bearer {token}`. A text without a field would be the same for every tenant, and a secret in a manifest. Basic authentication has `user` and `password` instead.",
		Bad: `auth:
  key:
    type: api_key
    title: Key
    fields:
      key: { title: Key, env: DEMO_KEY }
    send: { header: X-Api-Key, value: key }
`,
		Good: `auth:
  key:
    type: api_key
    title: Key
    fields:
      key: { title: Key, env: DEMO_KEY }
    send: { header: X-Api-Key, value: "{key}" }
`,
	},
	{
		Code: "auth-not-sent", Formats: []string{"the credential %s is sent nowhere"},
		Summary:     "a credential is sent nowhere",
		Explanation: "Say with `send` where it goes, or name one of its fields in an address: `{auth.field}`.",
		Bad: `auth:
  key:
    type: api_key
    title: Key
    fields:
      key: { title: Key, env: DEMO_KEY }
`,
		Good: `auth:
  key:
    type: api_key
    title: Key
    fields:
      key: { title: Key, env: DEMO_KEY }
    send: { header: X-Api-Key, value: "{key}" }
`,
	},
	{
		Code: "auth-field-pattern", Formats: []string{"a field with a closed list of values needs no pattern"},
		Summary:     "a credential field has values and a pattern",
		Explanation: "`values` is a closed list; whatever is not in it is refused already.",
		Bad: `auth:
  key:
    type: api_key
    title: Key
    fields:
      key: { title: Key, env: DEMO_KEY }
      region: { title: Region, env: DEMO_REGION, public: true, pattern: "[a-z]+", values: { eu: eu1, us: us1 } }
    send: { header: X-Api-Key, value: "{key}" }
`,
		Good: `auth:
  key:
    type: api_key
    title: Key
    fields:
      key: { title: Key, env: DEMO_KEY }
      region: { title: Region, env: DEMO_REGION, public: true, values: { eu: eu1, us: us1 } }
    send: { header: X-Api-Key, value: "{key}" }
`,
	},
	{
		Code: "access-token", Formats: []string{"an access token is a secret", "the scheme has a field access_token already"},
		Summary:     "a field of a credential is called access_token and cannot be",
		Explanation: "A token request makes a field `access_token` out of the others, and an access token is always a secret.",
		Bad: `auth:
  key:
    type: api_key
    title: Key
    fields:
      access_token: { title: Token, env: DEMO_TOKEN, public: true }
    send: { header: Authorization, value: "Bearer {access_token}" }
`,
		Good: `auth:
  key:
    type: api_key
    title: Key
    fields:
      access_token: { title: Token, env: DEMO_TOKEN }
    send: { header: Authorization, value: "Bearer {access_token}" }
`,
	},
	{
		Code: "token-two-bodies", Formats: []string{"the token request has two bodies"},
		Summary:     "a token request has a form and a JSON body",
		Explanation: "A request has one body. APIs that speak OAuth 2 want a form.",
		Bad: `auth:
  key:
    type: api_key
    title: Key
    fields:
      key: { title: Key, env: DEMO_KEY }
    send: { header: Authorization, value: "Bearer {access_token}" }
    token: { request: POST https://api.example.com/token, form: { key: "{key}" }, json: { key: "{key}" } }
`,
		Good: `auth:
  key:
    type: api_key
    title: Key
    fields:
      key: { title: Key, env: DEMO_KEY }
    send: { header: Authorization, value: "Bearer {access_token}" }
    token: { request: POST https://api.example.com/token, form: { key: "{key}" } }
`,
	},
	{
		Code: "auth-none-beside", Formats: []string{"none stands beside a scheme"},
		Summary:     "an action names none beside a scheme",
		Explanation: "`none` sends no credential at all. Name the schemes among which the caller's auth_type chooses, or none alone.",
		Bad: `auth:
  key:
    type: api_key
    title: Key
    fields:
      key: { title: Key, env: DEMO_KEY }
    send: { header: X-Api-Key, value: "{key}" }
actions:
  list_events:
    description: List the events.
    request: GET /events
    auth: [key, none]
    returns: none
`,
		Good: `auth:
  key:
    type: api_key
    title: Key
    fields:
      key: { title: Key, env: DEMO_KEY }
    send: { header: X-Api-Key, value: "{key}" }
actions:
  list_events:
    description: List the events.
    request: GET /events
    auth: none
    returns: none
`,
	},
	{
		Code: "paging-key-misfit", Formats: []string{"%s has no meaning in mode %s"},
		Summary:     "a way of paging has a key that its mode does not have",
		Explanation: "Each mode has keys of its own: page numbers have no cursor, a cursor has no first page. docs/manifest.md says which key is for what.",
		Bad: `paging:
  numbered: { mode: page, page: page, first: 1, next: meta.next_page, cursor: after }
`,
		Good: `paging:
  numbered: { mode: page, page: page, first: 1, next: meta.next_page }
`,
	},
	{
		Code: "paging-position-missing", Formats: []string{"mode %s needs the name of the %s", "nothing says which number the first page has"},
		Summary:     "nothing says how a page is asked for",
		Explanation: "The page number, the offset or the cursor has a name on the wire, and page numbers begin with 0 or 1. APIs differ in both, so they are said.",
		Bad: `paging:
  numbered: { mode: page, page: page, next: meta.next_page }
`,
		Good: `paging:
  numbered: { mode: page, page: page, first: 1, next: meta.next_page }
`,
	},
	{
		Code: "paging-next-unknown", Formats: []string{"nothing says where the next cursor is", "nothing says where the next address is", "the next cursor is in two places", "next_query is a part of the address at `next`"},
		Summary:     "nothing says where the next page is, or two things do",
		Explanation: "A cursor is at `next` in the body or in `next_header`; an address is at `next`. Where the cursor is a query parameter of an address, `next` is the path of the address and `next_query` the name.",
		Bad: `paging:
  cursor: { mode: cursor, cursor: after }
`,
		Good: `paging:
  cursor: { mode: cursor, cursor: after, next: meta.after }
`,
	},
	{
		Code: "paging-end-unknown", Formats: []string{"nothing says when the list is over", "nobody knows when a page is short"},
		Summary:     "nothing says when a list is over",
		Explanation: "A list ends where the API says so: by a next page, a flag, a number of pages or of items. Where it says nothing, `until: short` or `until: empty` does; a short page is known only where a page size is asked for.",
		Bad: `paging:
  numbered: { mode: page, page: page, first: 1 }
`,
		Good: `paging:
  numbered: { mode: page, page: page, first: 1, until: empty }
`,
	},
	{
		Code: "paging-together", Formats: []string{"nothing tells how many pages there are to ask for together", "nobody knows where pages begin that are asked for together"},
		Summary:     "pages are to be asked for together that nobody can foresee",
		Explanation: "Several pages can be asked for at once when the first answer tells how many there are: `pages` is their number; `total`, the number of items, tells it together with `size` and `items`. Offsets need `total`, since a number of pages does not say where they begin.",
		Bad: `paging:
  numbered: { mode: page, page: page, first: 1, next: meta.next_page, together: 4 }
`,
		Good: `paging:
  numbered: { mode: page, page: page, first: 1, next: meta.next_page, pages: meta.page_count, together: 4 }
`,
	},
	{
		Code: "body-form-clash", Formats: []string{"a template is the whole body: it has no constants and parameters beside it", "a GraphQL body has its own form: the document and its variables", "only a form says how nested values are written", "a raw body is one value"},
		Summary:     "a body says in two ways what it is",
		Explanation: "A body is made of constants and parameters, or is a template, or a GraphQL document with its variables, or one raw value. `nested` is about forms.",
		Bad: `bodies:
  event: { template: { data: "{title}" }, parameters: data }
actions:
  create_event:
    description: Create an event.
    request: POST /events
    body: event
    parameters:
      title: { in: body, description: Title of the event. }
    returns: none
`,
		Good: `bodies:
  event: { template: { data: "{title}" } }
actions:
  create_event:
    description: Create an event.
    request: POST /events
    body: event
    parameters:
      title: { in: none, description: Title of the event. }
    returns: none
`,
	},
	{
		Code: "type-named-as-json", Formats: []string{"%s is a type of JSON already"},
		Summary:     "a type has the name of a type of JSON",
		Explanation: "string, integer, number, boolean, object and any need no declaration.",
		Bad: `types:
  object: { fields: { id: string } }
`,
		Good: `types:
  event: { fields: { id: string } }
`,
	},
	{
		Code: "type-contains-itself", Formats: []string{"the type %s contains itself"},
		Summary:     "a type contains itself",
		Explanation: "Go has no such values, and no answer is endless. Where a member is of the same kind again, write `object` or `[object]`.",
		Bad: `types:
  folder: { fields: { id: string, parent: folder } }
`,
		Good: `types:
  folder: { fields: { id: string, parent: object } }
`,
	},
	{
		Code: "rest-with-path", Formats: []string{"the rest has no path: it is what no other field takes"},
		Summary:     "the rest of an object has a path",
		Explanation: "`rest: true` gathers the members that no other field of the projection takes.",
		Bad: `types:
  event: { fields: { id: string, other: { type: object, rest: true, from: data } } }
`,
		Good: `types:
  event: { fields: { id: string, other: { type: object, rest: true } } }
`,
	},
	{
		Code: "projection-option", Formats: []string{
			"only of a list a member of each element can be taken",
			"a template makes a text",
			"in a projection no place is counted from the end of a list",
		},
		Summary:     "an option of a projected field does not fit it",
		Explanation: "`pluck` takes a member of each element, so its field is a list. `template` makes a text of the value. A negative number counts a place from the end of a list everywhere but in `from`.",
		Bad: `types:
  event: { fields: { id: string, tags: { type: string, pluck: name } } }
`,
		Good: `types:
  event: { fields: { id: string, tags: { type: "[string]", pluck: name } } }
`,
	},
	{
		Code: "action-without-request", Formats: []string{"the action %s sends nothing"},
		Summary:     "an action sends nothing",
		Explanation: "An action has a `request`, or a `hook`: a Go function that does what no declaration can say.",
		Bad: `actions:
  list_events: { description: List the events., returns: none }
`,
		Good: `actions:
  list_events: { description: List the events., request: GET /events, returns: none }
`,
	},
	{
		Code: "until-with-paging", Formats: []string{"a list that is paged cannot be waited for"},
		Summary:     "an action waits and is paged",
		Explanation: "Waiting asks the same request again, paging asks for the next. Make an action that waits and one that lists.",
		Bad: `paging:
  numbered: { mode: page, page: page, first: 1, next: next }
actions:
  list_events:
    description: List the events.
    request: GET /events
    paging: numbered
    until: { path: status, is: done }
    returns: { data: { list: data } }
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    until: { path: status, is: done }
    returns: { data: { list: data } }
`,
	},
	{
		Code: "capture-source", Formats: []string{"nothing says where %s is in the answer", "%s is taken from several places"},
		Summary:     "what a step takes has no place in the answer, or several",
		Explanation: "A step takes a value from a `path` in the body, a `header`, or what a `jq` program makes; one of them.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /users/{user}/events
    steps: [{ request: GET /me, take: { user: { missing: No user. } } }]
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /users/{user}/events
    steps: [{ request: GET /me, take: { user: { path: id, missing: No user. } } }]
    returns: none
`,
	},
	{
		Code: "capture-is-parameter", Formats: []string{"%s is a required parameter already"},
		Summary:     "what a step takes has the name of a parameter",
		Explanation: "What a step takes fills in for an optional parameter that is not given. A required one always is, so a hole would mean both: give one of them another name.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    steps: [{ request: GET /me, take: { user: id } }]
    parameters:
      user: { in: query, required: true, description: The ID of a user. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    steps: [{ request: GET /me, take: { me: id } }]
    parameters:
      user: { in: query, description: The ID of a user. }
    returns: none
`,
	},
	{
		Code: "path-braces", Formats: []string{"the braces in %s hold no name"},
		Summary:     "braces in a path hold no name",
		Explanation: "A hole in a path is `{name}`, the name in lower-case letters, digits and underscores.",
		Bad: `actions:
  get_event:
    description: Get an event.
    request: "GET /events/{Event-ID}"
    returns: none
`,
		Good: `actions:
  get_event:
    description: Get an event.
    request: GET /events/{event_id}
    parameters:
      event_id: { description: The ID of the event. }
    returns: none
`,
	},
	{
		Code: "body-parameter-clash", Formats: []string{"the parameter %s is the whole body, but there are others in the body", "%s leads through the parameter %s"},
		Summary:     "two body parameters do not fit into one JSON value",
		Explanation: "`wire: $` is the whole body, and a path leads through objects: where one parameter is a value, no other can be inside it.",
		Bad: `actions:
  create_event:
    description: Create an event.
    request: POST /events
    parameters:
      vendor: { in: body, description: The vendor. }
      vendor_id: { in: body, wire: vendor.id, description: The ID of the vendor. }
    returns: none
`,
		Good: `actions:
  create_event:
    description: Create an event.
    request: POST /events
    parameters:
      vendor: { in: body, wire: vendor.name, description: Name of the vendor. }
      vendor_id: { in: body, wire: vendor.id, description: The ID of the vendor. }
    returns: none
`,
	},
	{
		Code: "encoding-wanted", Formats: []string{"the %s %s has no form for the %s"},
		Summary:     "a list or an object is sent where it has no form",
		Explanation: "JSON says how a list or an object is written in a body. In a path, a query or a header there are many ways and no standard, so `encode` names one.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      ids: { in: query, type: array, description: IDs of events. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      ids: { in: query, type: array, encode: csv, description: IDs of events. }
    returns: none
`,
	},
	{
		Code: "encoding-misfit", Formats: []string{"the encoding %s takes no %s", "the encoding %s has no meaning in the %s"},
		Summary:     "an encoding does not fit the type or the place",
		Explanation: "Each encoding writes values of some types in some places: pairs are made of an object in a body, csv of a list.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      id: { in: query, encode: csv, description: The ID of the event. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      ids: { in: query, type: array, encode: csv, description: IDs of events. }
    returns: none
`,
	},
	{
		Code: "file-misfit", Formats: []string{"a file is base64 text", "a file has no other encoding", "a file is sent in a body"},
		Summary:     "a file is not a text in the body",
		Explanation: "Callers pass a file as base64 text; it is sent as a part of a multipart body or as the bytes of a raw one.",
		Bad: `actions:
  upload_image:
    description: Upload an image.
    request: POST /images
    parameters:
      image: { in: query, file: { name: a.png }, description: The image. }
    returns: none
`,
		Good: `actions:
  upload_image:
    description: Upload an image.
    request: POST /images
    body: { format: multipart }
    parameters:
      image: { in: form, file: { name: a.png }, description: The image. }
    returns: none
`,
	},
	{
		Code: "check-misfit", Formats: []string{"%s has no meaning for the type %s", "only a text is parsed"},
		Summary:     "a check or a change does not fit the type",
		Explanation: "Bounds are for numbers, lengths and patterns for texts and lists. A parameter is a string unless `type` says otherwise.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      limit: { in: query, maximum: 50, description: How many events. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      limit: { in: query, type: integer, maximum: 50, description: How many events. }
    returns: none
`,
	},
	{
		Code: "bounds", Formats: []string{"the maximum is smaller than the minimum", "max_length is smaller than min_length", "there are no bounds to move a number to"},
		Summary:     "bounds leave no value, or are missing",
		Explanation: "Lower bounds come below upper ones, and `clamp` moves a number to bounds that are there.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      limit: { in: query, type: integer, minimum: 50, maximum: 1, description: How many events. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      limit: { in: query, type: integer, minimum: 1, maximum: 50, description: How many events. }
    returns: none
`,
	},
	{
		Code: "enum-value", Formats: []string{"the value %s stands here twice", "%s is no value of the type %s", "only texts have known values"},
		Summary:     "a value of an enum stands twice, or is not of the type",
		Explanation: "An enum lists each value once, in the type of the parameter. The fields of types have known values only when they are texts.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      order: { in: query, enum: [asc, desc, asc], description: The order. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      order: { in: query, enum: [asc, desc], description: The order. }
    returns: none
`,
	},
	{
		Code: "default-not-allowed", Formats: []string{"the default of %s must be of the type %s, but it is %s", "the default %s is not one of the values", "the default %s is outside the bounds", "the default %s is too long or too short"},
		Summary:     "a default is not a value that a caller could give",
		Explanation: "A default is of the declared type, among the values and within the bounds.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      limit: { in: query, type: integer, maximum: 50, default: 100, description: How many events. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      limit: { in: query, type: integer, maximum: 50, default: 50, description: How many events. }
    returns: none
`,
	},
	{
		Code: "default-never-used", Formats: []string{"the parameter %s has two defaults", "the parameter %s is required, so its default is never used"},
		Summary:     "a default is never used",
		Explanation: "A required parameter is always given. `default` is sent by us, `api_default` is what the API takes when nothing is sent; a parameter has one of them.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      limit: { in: query, type: integer, required: true, default: 50, description: How many events. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      limit: { in: query, type: integer, default: 50, description: How many events. }
    returns: none
`,
	},
	{
		Code: "omit-without-default", Formats: []string{"there is no default to leave out"},
		Summary:     "a parameter is left out when it is its default, and has none",
		Explanation: "`omit: default` does not send a value that is the default. Add `default`.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      order: { in: query, omit: default, description: The order. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      order: { in: query, omit: default, default: asc, description: The order. }
    returns: none
`,
	},
	{
		Code: "condition-incomplete", Formats: []string{"a condition looks at one parameter", "the condition does not say what the parameter must be", "the condition does not say which parameter"},
		Summary:     "a condition does not look at one parameter",
		Explanation: "A condition is `given: x`, `absent: x`, or `parameter: x` with `is: …`. Several in a list must all hold.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      order: { in: query, description: The order. }
      sort: { in: query, when: { parameter: order }, description: The member to sort by. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      order: { in: query, description: The order. }
      sort: { in: query, when: { given: order }, description: The member to sort by. }
    returns: none
`,
	},
	{
		Code: "rule-incomplete", Formats: []string{"a rule says one thing", "required and unless belong together"},
		Summary:     "a rule between parameters does not say one thing",
		Explanation: "A rule is one of `exactly_one`, `at_least_one`, `exclusive`, `requires`, or `required` with `unless`. Several are several rules.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    rules: [{ required: [from] }]
    parameters:
      from: { in: query, description: The first day. }
      to: { in: query, description: The last day. }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    rules: [{ required: [from], unless: [to] }]
    parameters:
      from: { in: query, description: The first day. }
      to: { in: query, description: The last day. }
    returns: none
`,
	},
	{
		Code: "result-source", Formats: []string{"nothing says where %s comes from", "%s comes from several places"},
		Summary:     "a field of the result has no source, or several",
		Explanation: "A field comes from one place: a path in the body with its kind (`object: data`), a header, the status, a program.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    returns: { data: { object: data, list: items } }
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    returns: { data: { object: data } }
`,
	},
	{
		Code: "result-option-misfit", Formats: []string{"%s has no meaning here", "only in a list can something be found"},
		Summary:     "an option does not fit the kind of a result",
		Explanation: "`unwrap`, `pluck` and `find` look into lists, `project` and `of` are about objects, `falsy` about what is at a path.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    returns: { data: { object: data, pluck: id } }
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    returns: { data: { object: data } }
`,
	},
	{
		Code: "result-two-types", Formats: []string{"a value is projected to a type or described by one, not both"},
		Summary:     "a result is projected and described",
		Explanation: "`project` keeps only the fields of a type, so the type describes what is left; `of` describes what is passed through as it is.",
		Bad: `types:
  event: { fields: { id: string } }
actions:
  list_events:
    description: List the events.
    request: GET /events
    returns: { data: { object: data, project: event, of: event } }
`,
		Good: `types:
  event: { fields: { id: string } }
actions:
  list_events:
    description: List the events.
    request: GET /events
    returns: { data: { object: data, project: event } }
`,
	},
	{
		Code: "jq-without-type", Formats: []string{"nothing says what the program makes"},
		Summary:     "nothing says what a program makes",
		Explanation: "The schema of a result is known before the first call, so a program says its `type`: object, list, string, integer, number, boolean or any.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    returns: { ids: { jq: "[.data[].id]" } }
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    returns: { ids: { jq: "[.data[].id]", type: list } }
`,
	},
	{
		Code: "paged-list-path", Formats: []string{"a list that is paged is at one path"},
		Summary:     "a paged list is at several paths",
		Explanation: "The pages of a list are joined into one, so every page has it at the same path.",
		Bad: `paging:
  numbered: { mode: page, page: page, first: 1, next: next }
actions:
  list_events:
    description: List the events.
    request: GET /events
    paging: numbered
    returns: { data: { list: [data, events] } }
`,
		Good: `paging:
  numbered: { mode: page, page: page, first: 1, next: next }
actions:
  list_events:
    description: List the events.
    request: GET /events
    paging: numbered
    returns: { data: { list: data } }
`,
	},
	{
		Code: "paging-parameter", Formats: []string{"the paging %s wants a parameter %s"},
		Summary:     "a way of paging names a parameter that the action does not have",
		Explanation: "`limit`, `max_pages` and `size_parameter` are names of parameters. Every action that is paged this way declares them, with `type: integer` and `in: none`.",
		Bad: `paging:
  numbered: { mode: page, page: page, first: 1, next: next, limit: max_results }
actions:
  list_events:
    description: List the events.
    request: GET /events
    paging: numbered
    returns: { data: { list: data } }
`,
		Good: `paging:
  numbered: { mode: page, page: page, first: 1, next: next, limit: max_results }
actions:
  list_events:
    description: List the events.
    request: GET /events
    paging: numbered
    parameters:
      max_results: { in: none, type: integer, description: The most events to return. }
    returns: { data: { list: data } }
`,
	},

	// Names in Go.
	{
		Code: "go-package-name", Formats: []string{"%q cannot be the name of a Go package"},
		Summary:     "the connector's name cannot be a Go package",
		Explanation: "The name of the connector becomes a package and a folder. Words of Go and folders that Go treats in its own way cannot be used.",
		Bad:         "name: range\n",
		Good:        "name: rangeapi\n",
	},
	{
		Code: "go-name-twice", Formats: []string{"%q and %q (line %d) are both %s in Go"},
		Summary:     "two names of the manifest are one name in Go",
		Explanation: "Underscores are left out and words begin with capitals, so names that differ only in underscores meet.",
		Bad: `actions:
  list_v2: { description: List the items., request: GET /items, returns: none }
  list_v_2: { description: List the things., request: GET /things, returns: none }
`,
		Good: `actions:
  list_items: { description: List the items., request: GET /items, returns: none }
  list_things: { description: List the things., request: GET /things, returns: none }
`,
	},
	{
		Code: "go-name-reserved", Formats: []string{"%q would be %s in Go, which the generated package uses itself"},
		Summary:     "a name of the manifest is one that the generated package uses itself",
		Explanation: "Every generated package has a client and a table with names of their own. Rename the action, the parameter or the scheme.",
		Bad: `actions:
  runtime: { description: Get the runtime., request: GET /runtime, returns: none }
`,
		Good: `actions:
  get_runtime: { description: Get the runtime., request: GET /runtime, returns: none }
`,
	},

	// Advice.
	{
		Code: "action-docs", Severity: SeverityAdvice, Formats: []string{"%s does not say where it is documented"},
		Summary:     "an action does not say where it is documented",
		Explanation: "With `docs` a reader can check the action against the API's own page, and the generated Go links to it.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    returns: none
    docs: https://api.example.com/docs/events
`,
	},
	{
		Code: "action-name", Severity: SeverityAdvice,
		Formats: []string{
			"the name of an action begins with its verb, and %s does not",
			"the action %s is a verb alone",
		},
		Summary:     "an action's name is not a verb and what it is done to",
		Explanation: "People and programs choose actions by their names, among those of many connectors: `list_events` says what happens, `events_list` and `list` have to be guessed.",
		Bad: `actions:
  event_create: { description: Create an event., request: POST /events, returns: none }
`,
		Good: `actions:
  create_event: { description: Create an event., request: POST /events, returns: none }
`,
	},
	{
		Code: "description-sentence", Severity: SeverityAdvice, Formats: []string{"the description of %s is not a sentence"},
		Summary:     "an action's description does not end as a sentence",
		Explanation: "Descriptions of actions are printed one after the other: in Go, in catalogues, in prompts. A full stop keeps them apart.",
		Bad: `actions:
  list_events: { description: List the events, request: GET /events, returns: none }
`,
		Good: `actions:
  list_events: { description: List the events., request: GET /events, returns: none }
`,
	},
	{
		Code: "description-repeated", Severity: SeverityAdvice, Formats: []string{"%s and %s are described in the same words"},
		Summary:     "two actions are described in the same words",
		Explanation: "Who has to choose between the two learns nothing from their descriptions. Say in what they differ.",
		Bad: `actions:
  list_events: { description: List the events., request: GET /events, returns: none }
  list_past_events: { description: List the events., request: GET /events/past, returns: none }
`,
		Good: `actions:
  list_events: { description: List the events to come., request: GET /events, returns: none }
  list_past_events: { description: List the events that are over., request: GET /events/past, returns: none }
`,
	},
	{
		Code: "description-of-name", Severity: SeverityAdvice, Formats: []string{"the description of %s only repeats its name"},
		Summary:     "a parameter's description only repeats its name",
		Explanation: "Who fills in the parameter, a person or a model, has read the name already. Say what it is for, in what form it is written, or where its value comes from.",
		Bad: `actions:
  get_event:
    description: Get an event.
    request: GET /events/{event_id}
    parameters:
      event_id: { description: Event ID }
    returns: none
`,
		Good: `actions:
  get_event:
    description: Get an event.
    request: GET /events/{event_id}
    parameters:
      event_id: { description: "The ID of the event, as list_events gives it" }
    returns: none
`,
	},
	{
		Code: "enum-in-description", Severity: SeverityAdvice, Formats: []string{"the description of %s lists the values that it may have"},
		Summary:     "the values of a parameter are listed in its description only",
		Explanation: "Declared as `enum` the values are in the schema too: models choose among them, and a wrong one is refused before a request is sent.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      status: { in: query, description: "Status of the events, one of draft or published" }
    returns: none
`,
		Good: `actions:
  list_events:
    description: List the events.
    request: GET /events
    parameters:
      status: { in: query, enum: [draft, published], description: Status of the events }
    returns: none
`,
	},
	{
		Code: "list-without-paging", Severity: SeverityAdvice, Formats: []string{"%s returns a list without paging"},
		Summary:     "a list is read without paging",
		Explanation: "Most APIs give lists in pages, and without `paging` only the first one is returned, without a word about the rest. The rule looks at actions that list, search or find and have no parameter by which callers ask for a page. Where an API gives the whole list at once, `# allow: list-without-paging` in the line says so.",
		Bad: `actions:
  list_events:
    description: List the events.
    request: GET /events
    returns: { data: { list: data } }
`,
		Good: `paging:
  numbered: { mode: page, page: page, first: 1, next: meta.next_page }
actions:
  list_events:
    description: List the events.
    request: GET /events
    paging: numbered
    returns: { data: { list: data } }
`,
	},
	{
		Code: "unused", Severity: SeverityAdvice, Formats: []string{"no action uses the %s %s"},
		Summary:     "a declaration is used by no action",
		Explanation: "Groups, bodies, paging, types, hosts and auth schemes are there for actions. One that none of them names is a leftover, or its name is misspelt somewhere.",
		Bad: `bodies:
  event: { parameters: data }
`,
		Good: `bodies:
  event: { parameters: data }
actions:
  create_event:
    description: Create an event.
    request: POST /events
    body: event
    parameters:
      title: { in: body, description: What the event is called }
    returns: none
`,
	},
}

// smallestManifest is the least that the generator accepts.
const smallestManifest = `manifest: 1
name: demo
title: Demo
version: 1.0.0
overview: A demo.
base_url: https://api.example.com
actions:
  ping: { description: Ping., request: GET /ping, returns: none }
`
