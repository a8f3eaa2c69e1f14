Feature: A request that is too large gets an answer

  Rule: B-0126 One element more than the station takes

    @id:DX-BIG-001 @req:B-0126 @ocpp:N06.FR.06 @ocpp:N06.FR.07 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: More monitors in one request than the station says it takes
      When the request to remove or set monitors holds one element more than the station says it takes
      Then each element is answered, or the request is refused with a CALLERROR
      And the station still answers
