Feature: How station and back end take turns

  # The first scenario makes the station wait; what it sends meanwhile is judged with the whole run.

  Rule: B-0248 Waiting does not make deaf

    @id:DX-FRA-001 @req:B-0248 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: The station is asked something while it waits for an answer
      Given two periodic monitors
      When a variable is read while the back end is slow to answer an event
      Then the variable was read while the station waited

  Rule: B-0240 One request at a time

    @id:DX-FRA-002 @req:B-0240 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The requests of the run
      Given a connected station
      Then the station had one unanswered request at a time in this run

  Rule: B-0241 Every request has an id of its own

    @id:DX-FRA-003 @req:B-0241 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The message ids of the run
      Given a connected station
      Then no two requests of the station in this run have the same id

  Rule: B-0242 The answer comes first

    @id:DX-FRA-004 @req:B-0242 @ocpp:F06.FR.04 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The answers of the run and what was asked for
      Given a connected station
      Then whatever the station was asked for in this run came after its answer

  Rule: B-0243 Every request is answered once

    @id:DX-FRA-005 @req:B-0243 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The answers of the run
      Given a connected station
      Then every request of the run was answered once

  Rule: B-0247 A message has the fields of its version

    @id:DX-FRA-006 @req:B-0247 @level:3 @v:2.0.1 @stimulus:none @impact:read-only
    Scenario: The fields of the messages of the run
      Given a connected station
      Then no message of the station in this run has a field of a newer version
