Feature: What the station says is well formed

  Rule: B-0200 Every frame can be read

    @id:DX-FRM-001 @req:B-0200 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: Every frame of the run is an OCPP-J message
      Given a connected station
      Then every frame of the station in this run can be read

  Rule: B-0155 Each event starts anew

    @id:DX-FRM-002 @req:B-0155 @ocpp:N07.FR.07 @ocpp:N08.FR.04 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The messages of every event of the run start with seqNo 0
      Given a connected station
      Then every event of the station in this run starts with seqNo 0

  Rule: Every message satisfies its schema

    @id:DX-FRM-010 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario Outline: Every <message> of the run is valid
      Given a connected station
      Then every message of the row in this run is valid

      Examples: messages
        | message |
