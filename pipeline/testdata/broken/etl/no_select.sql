/* @bruin
name: no_select
columns: [{name: day, type: date}]
@bruin */
