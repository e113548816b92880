package metrics

import "tearsheet/internal/yamlfile"

// registryFile is what metrics.yaml may hold. The tags make the JSON Schema.
type registryFile struct {
	Teams      []teamEntry      `json:"teams" jsonschema:"minItems=1,maxItems=1000" jsonschema_description:"The teams, in the order of their sections on the sheet."`
	Metrics    []metricEntry    `json:"metrics" jsonschema:"minItems=1,maxItems=1000" jsonschema_description:"The metrics, in their order on the sheet."`
	Thresholds *thresholdsEntry `json:"thresholds,omitempty" jsonschema_description:"Distances from the plan, in percent of it, for metrics that state none of their own."`
}

type teamEntry struct {
	Name  string `json:"name" jsonschema:"minLength=1,example=product" jsonschema_description:"What metrics call the team by: small letters, digits and underscores."`
	Title string `json:"title,omitempty" jsonschema:"example=Product" jsonschema_description:"The team as printed. Made from the name if absent."`
}

type metricEntry struct {
	Name       string `json:"name" jsonschema:"minLength=1,example=daily_active_users" jsonschema_description:"Unique; small letters, digits and underscores."`
	Title      string `json:"title,omitempty" jsonschema:"maxLength=60,example=Daily active users" jsonschema_description:"The metric as printed, at most 60 characters. Made from the name if absent."`
	Team       string `json:"team" jsonschema:"minLength=1,example=product" jsonschema_description:"The name of the team that owns the metric."`
	Definition string `json:"definition" jsonschema:"minLength=1" jsonschema_description:"In words that leave no doubt: what is counted, what is excluded, from which source, since when."`
	Unit       string `json:"unit" jsonschema:"minLength=1,example=users,example=percent,example=USD,example=seconds" jsonschema_description:"A noun (users), percent, a currency code (USD), or a unit of time (seconds)."`
	Better     string `json:"better" jsonschema:"enum=up,enum=down,enum=neither" jsonschema_description:"The direction in which the metric is good. With neither, a deviation from the plan is shown and not judged."`
	Week       string `json:"week" jsonschema:"enum=mean,enum=sum,enum=last,enum=whole,enum=ratio" jsonschema_description:"How days become a week: the mean of the days, their sum, the last day's level, one query over the whole week, or the ratio of two metrics."`

	From    string      `json:"from,omitempty" jsonschema:"example=actions" jsonschema_description:"Short form: the table of facts."`
	Measure string      `json:"measure,omitempty" jsonschema:"example=count(distinct user_id),example=count(*),example=sum(amount)" jsonschema_description:"Short form: one aggregate over the rows of a day."`
	Where   string      `json:"where,omitempty" jsonschema:"example=user_id is not null" jsonschema_description:"Short form: which rows count. All of them if absent."`
	Day     string      `json:"day,omitempty" jsonschema:"example=day" jsonschema_description:"Short form: the column with the local date. It is day if neither day nor at is given."`
	At      string      `json:"at,omitempty" jsonschema:"example=occurred_at" jsonschema_description:"Short form: the column with the UTC instant, instead of day."`
	By      string      `json:"by,omitempty" jsonschema:"example=client" jsonschema_description:"Short form: a column whose values get figures of their own on the dashboards."`
	SQL     string      `json:"sql,omitempty" jsonschema_description:"Long form: one SELECT of day and value for $1 <= day < $2."`
	Ratio   *ratioEntry `json:"ratio,omitempty" jsonschema_description:"The two metrics of which this one is the ratio."`
	Empty   string      `json:"empty,omitempty" jsonschema:"enum=zero,enum=unknown" jsonschema_description:"What a loaded day without rows is worth. Zero for a count or a sum, otherwise unknown, if absent."`
	Since   *string     `json:"since,omitempty" jsonschema:"example=2015-02-09" jsonschema_description:"The first day on which the metric has a meaning."`

	Plan       string           `json:"plan,omitempty" jsonschema:"example=none" jsonschema_description:"The name of the metric in the plan, or none. Its own name if absent."`
	PlanIs     string           `json:"plan_is,omitempty" jsonschema:"enum=daily,enum=total" jsonschema_description:"Whether a figure of the plan is the daily value (the default) or the total of its period."`
	PlanSpread string           `json:"plan_spread,omitempty" jsonschema:"enum=step,enum=linear" jsonschema_description:"How the plan of a level (week: last) becomes days: in steps (the default) or along straight lines."`
	Thresholds *thresholdsEntry `json:"thresholds,omitempty" jsonschema_description:"Distances from the plan, in percent of it, from which on the metric is marked."`
	Supporting bool             `json:"supporting,omitempty" jsonschema_description:"True for a metric that is on its team's dashboard and not on the sheet."`
}

type ratioEntry struct {
	Of string `json:"of" jsonschema:"minLength=1,example=likes" jsonschema_description:"The metric that is divided."`
	To string `json:"to" jsonschema:"minLength=1,example=daily_active_users" jsonschema_description:"The metric by which it is divided."`
	As string `json:"as,omitempty" jsonschema:"enum=ratio_of_totals,enum=mean_of_days" jsonschema_description:"The ratio of the week's totals (the default), or the mean of the daily ratios."`
}

type thresholdsEntry struct {
	Watch *float64 `json:"watch,omitempty" jsonschema:"minimum=0" jsonschema_description:"From this distance to the worse side on, the metric is watched; 0 for never. 2 if absent."`
	Off   *float64 `json:"off,omitempty" jsonschema:"minimum=0" jsonschema_description:"From this distance to the worse side on, the metric is off plan; 0 for never. 5 if absent."`
	Ahead *float64 `json:"ahead,omitempty" jsonschema:"minimum=0" jsonschema_description:"From this distance to the better side on, the metric is ahead; 0 for never. 5 if absent."`
}

const schemaID = "https://tearsheet.dev/schema/metrics.json"

func registrySchema() *yamlfile.Schema {
	return yamlfile.NewSchema(schemaID, "Tearsheet metrics", &registryFile{})
}

// Schema returns a JSON Schema of metrics.yaml, for editors.
func Schema() []byte { return registrySchema().JSON() }
