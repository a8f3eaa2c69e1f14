Feature: The station brings its alerts along

  Rule: Each monitor that the archetype asks the maker for is there

    @id:DX-PRV-001 @ocpp:N02.FR.01 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:disruptive
    Scenario Outline: <monitor> on <variable> is brought along (<place>)
      Given the monitors that the station brings along
      Then the monitor of the row is among them, of its type, severity and value

      Examples: shipped monitors
        | monitor | variable | place |

  Rule: Each monitor that the archetype leaves to the operator can be set

    @id:DX-PRV-002 @ocpp:N04.FR.01 @ocpp:N04.FR.08 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario Outline: <monitor> on <variable> can be set by the operator (<place>)
      When the monitor that the row leaves to the operator is set
      Then it is accepted, or there is one like it already

      Examples: monitors left to the operator
        | monitor | variable | place |
