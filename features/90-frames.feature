Feature: What the station says is well formed

  Rule: B-0200 Every frame can be read

    @id:DX-FRM-001 @req:B-0200 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: Every frame of the run is an OCPP-J message
      Given a connected station
      Then every frame of the station in this run can be read

  Rule: Every message satisfies its schema

    @id:DX-FRM-010 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario Outline: Every <message> of the run is valid
      Given a connected station
      Then every message of the row in this run is valid

      Examples: messages
        | message |
