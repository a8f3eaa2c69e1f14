Feature: Faults are told, on the right part and in time

  Rule: Each fault of the archetype that the laboratory can cause is reported, and so is its end

    @id:DX-FLT-001 @ocpp:N07.FR.02 @ocpp:N07.FR.06 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:disruptive
    Scenario Outline: <fault> (<place>)
      Given the monitored variables by which the fault of the row shows
      When the fault occurs and goes away again
      Then the station has told in time that it began, on the component and at the place of the row
      And it has told in time that it ended

      Examples: faults
        | fault | place |
