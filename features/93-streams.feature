Feature: What every stream of the run is like

  Rule: B-0464 Times are counted from the first value

    @id:DX-STR-020 @req:B-0464 @ocpp:N15.FR.09 @level:3 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The times of all streamed values of the run
      Given a connected station
      Then the times of all streamed values of the run are counted from the first of their message

  Rule: B-0473 Values come on open streams only

    @id:DX-STR-021 @req:B-0473 @ocpp:N11.FR.02 @ocpp:N13.FR.01 @level:3 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The streams of all streamed values of the run
      Given a connected station
      Then all streamed values of the run came on streams that were open

  Rule: B-0475 Streamed values are no events

    @id:DX-STR-022 @req:B-0475 @ocpp:N13.FR.04 @level:3 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The events of all streamed monitors of the run
      Given a connected station
      Then no streamed values of the run came as events as well

  Rule: B-0476 A station opens streams of its own for built-in monitors

    @id:DX-STR-023 @req:B-0476 @ocpp:N11.FR.03 @level:3 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The streams of the run that nobody asked for
      Given a connected station
      Then the streams of the run that nobody asked for carry the values of built-in monitors
