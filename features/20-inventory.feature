Feature: What the station is made of is visible

  Rule: B-0010 The full inventory arrives whole

    @id:DX-INV-001 @req:B-0010 @ocpp:B07.FR.01 @ocpp:B07.FR.03 @ocpp:B07.FR.04 @ocpp:B07.FR.08 @ocpp:B07.FR.10 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: A request for the full inventory is accepted and answered whole
      When the full inventory is requested
      Then the request is accepted
      And the report arrives whole
      And the report lists something

  Rule: Each component of the archetype is at its place

    @id:DX-INV-010 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario Outline: <component> is reported on the <place>
      Given the full inventory of the station
      Then the component of the row is reported at its place

      Examples: components
        | component | place |

  Rule: Each variable of the archetype is at its place, in the right form

    @id:DX-INV-020 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario Outline: <variable> is reported on the <place> in the right form
      Given the full inventory of the station
      Then the variable of the row is reported at its place
      And its data type, unit, access, limits and values are those of the row

      Examples: variables
        | variable | place |

  Rule: B-0011 The configuration inventory holds what can be written

    @id:DX-INV-002 @req:B-0011 @ocpp:B07.FR.01 @ocpp:B07.FR.07 @ocpp:B07.FR.10 @ocpp:B07.FR.12 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The configuration inventory lists every writable variable
      Given the full inventory of the station
      When the configuration inventory is requested
      Then the request is accepted
      And the report arrives whole
      And the report lists every variable that can be written
