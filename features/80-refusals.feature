Feature: What the station does not know, it refuses

  # Malformed requests come last: some stations do not survive them.

  Rule: B-0160 The unknown is refused, and the station goes on

    @id:DX-REF-001 @req:B-0160 @ocpp:N02.FR.02 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: A monitoring report for a criterion that does not exist
      When the monitoring report is requested for a criterion that does not exist
      Then the request is refused or answered with a CALLERROR
      And the station still answers

    @id:DX-REF-002 @req:B-0160 @ocpp:N03.FR.02 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:disruptive
    Scenario: A monitoring base that does not exist
      When a monitoring base that does not exist is set
      Then the request is refused or answered with a CALLERROR
      And the station still answers

    @id:DX-REF-003 @req:B-0160 @ocpp:N05.FR.02 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A monitoring level below 0
      When the monitoring level is set to -1
      Then the request is refused or answered with a CALLERROR
      And the station still answers

    @id:DX-REF-004 @req:B-0160 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A monitor of a severity that does not exist
      Given a variable that takes a "Delta" monitor
      When a monitor of severity 10 is tried on it
      Then the monitor is refused in some way
      And the station still answers
