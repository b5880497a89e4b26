"""Pure judgements: functions of records and limits that return offenders or numbers and touch nothing."""
